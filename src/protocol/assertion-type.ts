/** Kinds of assertions that the JWT bearer grant takes, by the `typ` of their header — RFC 7523 §2.1, RFC 8725 §3.11. */
import type { Client } from './client.ts'
import type { JsonObject } from './codec/jws.ts'
import type { AssertionTyp } from './trusted-issuer.ts'

export interface AssertionType {
  typ: AssertionTyp
  /** Refuses what this type forbids, and says to what its claims limit the token. Everything that RFC 7523 §3 demands has been checked. `issuer`: of this server. */
  read(about: { claims: JsonObject; client: Client; issuer: string }): AssertedLimits
}

/** Undefined: the assertion does not limit it. */
export interface AssertedLimits {
  scope?: readonly string[] | undefined
  /** Identifiers of APIs. */
  resource?: readonly string[] | undefined
}
