/** A server to test, with its people, clients and APIs. */

import type { ClientCertificate } from '../http/wire.ts'
import type { Sink } from '../sink.ts'

export interface Target {
  /** Shown in reports. */
  name: string
  issuer: string
  /** URL of the metadata. Default: the well-known URLs of the issuer. */
  metadata?: string | undefined
  /** Additional origins of its pages. */
  origins?: readonly string[] | undefined
  /** PEM of additional certificate authorities. */
  ca?: string | undefined
  /** The first signs in; the second is used as another person. */
  people: readonly Person[]
  /** By the names listed in the README. */
  clients: Readonly<Record<string, Registration>>
  /** APIs that can be requested with `resource`, RFC 8707. */
  resources: readonly Resource[]
  /** An API that can be called. */
  api?: Api | undefined
  /** Two certificates that clients may present, RFC 8705. */
  certificates?: readonly [ClientCertificate, ClientCertificate] | undefined
  /** Of an authority that the server trusts for clients: that of the client `pki`, one of another subject, and one of another authority for the subject of `pki`. */
  authorityCertificates?: readonly [ClientCertificate, ClientCertificate, ClientCertificate] | undefined
  /** Whose assertions about people the client `assertion` may present, RFC 7523 §2.1. */
  assertionIssuer?: AssertionIssuer | undefined
  /** Private key of somebody whose word about keys of wallets the server takes: a JWK. OpenID for Verifiable Credential Issuance §D */
  keyAttester?: Readonly<Record<string, unknown>> | undefined
  /** A type of trust marks that the server issues, OpenID Federation §7. */
  trustMarkType?: string | undefined
  /** Where messages to a person are read, with `{username}`: as text, the newest first. */
  inbox?: string | undefined
  /** A certificate for 127.0.0.1 that the server trusts, for documents that the suite serves to it. */
  documents?: ClientCertificate | undefined
  /** Where the suite listens during a run, for what servers send to clients, and as an entity of a federation. */
  listener?: Listener | undefined
  /** What an administrator does. */
  administer?: Administration | undefined
  pages: Pages
  /** Register missing clients dynamically and delete them after the run. */
  register?: boolean | undefined
  /** Initial access token for registration, RFC 7591 §3. */
  initial_access_token?: string | undefined
}

export interface Person {
  username: string
  password: string
}

export interface Listener {
  /** It listens on this port of 127.0.0.1. */
  url: string
  /** Which the server trusts. */
  certificate: ClientCertificate
  /** Private key of the trust anchor at `/anchor`, which the server trusts, OpenID Federation §1.2: a JWK with `kid`. */
  anchor?: Readonly<Record<string, unknown>> | undefined
  /** Open already, where the suite starts the server: nobody else takes its port. */
  sink?: Sink
}

/** Names people by their user names. */
export interface AssertionIssuer {
  issuer: string
  /** A JWK with `kid`. */
  private_key: Readonly<Record<string, unknown>>
}

/** Acts on people. */
export interface Administration {
  create?(person: Person): Promise<void>
  suspend?(person: Person): Promise<void>
  delete?(person: Person): Promise<void>
  /** Gives the person this password. */
  setPassword?(person: Person): Promise<void>
  /** Takes back what the person has allowed clients. */
  withdraw?(person: Person): Promise<void>
  /** Makes an offer of a credential to the person, OpenID for Verifiable Credential Issuance §4, and tells its links. */
  offer?(person: Person): Promise<string>
  /** The same with a transaction code, which is told as `tx_code: 123456`. */
  offerWithCode?(person: Person): Promise<string>
  /** Approves the credentials that wait for it, OpenID for Verifiable Credential Issuance §9. */
  approve?(person: Person): Promise<void>
}

/** A registered client with metadata of RFC 7591 §2. */
export interface Registration {
  client_id: string
  client_secret?: string | undefined
  token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'tls_client_auth' | 'none'
  redirect_uris: readonly string[]
  post_logout_redirect_uris: readonly string[]
  /** Registered scopes, separated by spaces. */
  scope: string
  /** Its private key, for `private_key_jwt`, as a JWK with `kid` and `alg`. */
  private_key?: Readonly<Record<string, unknown>> | undefined
  /** Client configuration endpoint and its token, RFC 7592 §3. */
  registration_client_uri?: string
  registration_access_token?: string
}

export interface Resource {
  identifier: string
  /** Separated by spaces. */
  scope: string
}

/** Its identifier is a URL to which GET is allowed with a token for it that has its scope. */
export interface Api extends Resource {
  /** A URL of it that also asks for a sign-in less than 4 seconds ago, or for one of another class, RFC 9470. */
  step_up_url?: string | undefined
}

/** What a person does on the server's pages. */
export interface Pages {
  /** The first step whose `when` matches is performed. */
  steps: readonly Step[]
  /** CSS selector of the button or link that declines consent. */
  decline?: string | undefined
}

export interface Step {
  /** CSS selector that identifies the page. */
  when: string
  /** Values by field name; `{username}`, `{password}` and `{user_code}` are replaced. */
  fill: Readonly<Record<string, string>>
  /** CSS selector of the button or link to click. Default: the first submit button. */
  click?: string | undefined
}

/** A target that may have to be stopped. */
export interface RunningTarget extends Target {
  stop(): Promise<void>
}

export function isLoopback(issuer: string): boolean {
  const { hostname } = new URL(issuer)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}
