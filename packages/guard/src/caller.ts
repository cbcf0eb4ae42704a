/** The caller, as identified by a verified credential — RFC 9068 §2.2, RFC 7662 §2.2. */
import { audienceOf, type Claims } from './claims.ts'

export interface Caller {
  /** `sub`: the person, or the client itself where no person is involved. */
  readonly subject: string
  /** `client_id`: the application. Undefined for an API key. */
  readonly clientId: string | undefined
  readonly scopes: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
  /** Everything the token is for; this API is among it. */
  readonly audience: readonly string[]
  /** Seconds since the epoch. Undefined for an API key that does not expire. */
  readonly expiresAt: number | undefined
  /** All claims of the token, frozen. */
  readonly claims: Readonly<Record<string, unknown>>
  /** A client that acts for itself, not for a person. */
  readonly isMachine: boolean
}

export function callerOf(claims: Claims): Caller {
  const { sub, client_id, aud, exp, scope, roles } = claims
  return {
    subject: sub,
    clientId: client_id,
    scopes: new Set(scope?.split(' ').filter(Boolean)),
    roles: new Set(Array.isArray(roles) ? roles.flatMap(roleName) : []),
    audience: audienceOf(aud),
    expiresAt: exp,
    claims,
    isMachine: sub === client_id, // RFC 9068 §2.2
  }
}

/** A name, or an object with the name as its `value`, as in SCIM. RFC 9068 §2.2.3.1, RFC 7643 §4.1.2 */
function roleName(role: unknown): string[] {
  const name = typeof role === 'object' && role !== null ? (role as { value?: unknown }).value : role
  return typeof name === 'string' ? [name] : []
}
