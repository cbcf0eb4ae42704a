/** The data types of the rules. Values are never changed once made. */

import type { AccessTokenAlg } from './algs.ts'
import type { AuditEvent } from './audit-events.ts'
import type { Client } from './client.ts'
import type { SealedMessage } from './remote.ts'
import type { Resource } from './resource.ts'
import type { UpstreamSignIn } from './upstream-sign-in.ts'

/** A scope at this server, or at one API: see `permissions.ts`. */
export type Permission = string

/** What a subject has allowed a client. It records the consent; codes and tokens are issued under it. */
export interface Grant {
  id: string
  clientId: string
  subject: string
  /** Scopes, each at this server or at one API: see `permissions.ts`. */
  scope: readonly Permission[]
  /** Authorization details, as canonical JSON texts. The newest are last. RFC 9396 */
  details: readonly string[]
}

/** A validated authorization request; never changed once made. */
export interface AuthorizationRequest {
  clientId: string
  redirectUri: string
  /** False when the request omitted it because only one is registered; then the token request may omit it too (RFC 6749 §4.1.3). */
  redirectUriSent: boolean
  responseType: string
  responseMode: string
  scope: readonly string[]
  state: string | undefined
  nonce: string | undefined
  prompt: readonly string[]
  /** Seconds. */
  maxAge: number | undefined
  loginHint: string | undefined
  /** Subject of the ID token sent as hint, as its client is told it. */
  hintedSubject: string | undefined
  /** The sector of that client, where its subjects are pairwise. */
  hintedSector: string | undefined
  acrValues: readonly string[]
  /** Classes of which the sign-in must reach one. Empty: any is good enough. */
  requiredAcr: readonly string[]
  /** Seconds since the epoch. */
  askedAt: number
  uiLocales: readonly string[]
  /** What features read from the request and will need again. */
  extensions: Readonly<Record<string, string>>
  /** Hash under which a pushed request is stored; the response ends it. RFC 9126 §4 */
  pushed: string | undefined
  /** A request object that works once, which ends with the answer to it. RFC 9101 */
  usesUp: UsedOnce | undefined
  /** Thumbprint of the key of the client's instance that pushed it: the code is for no other. */
  instance?: string | undefined
}

/** What works once. `id`: a hash. `expiresAt`: from when on it is refused in any case, in seconds. */
export interface UsedOnce {
  id: string
  expiresAt: number
}

/** One authorization request in one browser, from request to response. */
export interface Flow {
  /** Hash of the flow token in our pages. */
  id: string
  /** Hash of the browser's id. */
  browser: string
  asked: AuthorizationRequest
  answered: readonly Answer[]
  pending: PendingSignIn | undefined
}

/** A sign-in whose first factor was right and whose second is still required. It is not a session, and exists only in this flow. */
export interface PendingSignIn {
  /** Random: a repeated sign-in gets a new id. */
  id: string
  subject: string
  /** Of the password that was right. The pending sign-in is void once the password changes. */
  password: string
  /** RFC 8176. */
  amr: readonly string[]
  /** The sign-in at another provider that it is. */
  upstream?: UpstreamSignIn | undefined
  expiresAt: number
}

/** What the user has done in a flow. */
export type Answer = 'sign-in' | 'choose-account' | 'second-factor' | 'consent'

/** An action that is required of a person before anything else. */
export type RequiredAction = 'new-password'

/** What is required beyond a password: a second factor, or to set one up first. */
export type SecondFactorStep = 'second-factor' | 'enrolment'

/** The next required step of a flow. Each except `done` is also the name of its page. */
export type Step = Answer | RequiredAction | SecondFactorStep | 'sign-up' | 'not-assigned' | 'done'

/** A person's session in this browser. Supplied by `identity/`. */
export interface Session {
  /** The id in the browser's cookie. */
  id: string
  /** The `sid` of ID tokens; public. */
  sid: string
  subject: string
  /** Seconds since the epoch. */
  authTime: number
  acr: string
  /** RFC 8176. */
  amr: readonly string[]
  requiredAction: RequiredAction | undefined
  name: string
  /** Email address or user name. */
  detail: string | undefined
}

/** The authentication event that tokens describe. */
export interface Authentication {
  subject: string
  authTime: number
  acr: string
  amr: readonly string[]
  sid: string
}

/** An authorization code as stored. */
export interface Code {
  hash: string
  grantId: string
  /** Every token issued from this code has its family; revoking the family revokes them all. */
  family: string
  asked: AuthorizationRequest
  scope: readonly string[]
  authentication: Authentication
  expiresAt: number
  usedAt: number | undefined
}

/** A refresh token as stored. */
export interface RefreshToken {
  hash: string
  grantId: string
  family: string
  clientId: string
  scope: readonly string[]
  resource: readonly string[]
  extensions: Readonly<Record<string, string>>
  authentication: Authentication
  cnf: Confirmation | undefined
  /** Thumbprint of the key of the client's instance that it was issued to. */
  instance?: string | undefined
  issuedAt: number
  expiresAt: number
  usedAt: number | undefined
}

/** The content of anything that is accepted as an access token. RFC 6749 §1.4. */
export interface Credential {
  jti: string
  /** Undefined when it was not issued to a client. */
  clientId: string | undefined
  subject: string
  audience: readonly string[]
  scope: readonly string[]
  issuedAt: number
  /** Undefined when it is valid until revoked. */
  expiresAt: number | undefined
  grantId: string | undefined
  family: string | undefined
  cnf: Confirmation | undefined
  authTime: number | undefined
  acr: string | undefined
  amr: readonly string[] | undefined
  sid: string | undefined
  /** Claims that features or the client's registration add. */
  extra: Readonly<Record<string, unknown>>
  /** What `People.claims` says of its person, where that was read along with it. */
  person?: Readonly<Record<string, unknown>>
}

/** The content of an access token, whether signed or sealed. */
export interface AccessToken extends Credential {
  clientId: string
  expiresAt: number
}

/** RFC 7800 §3.1. */
export type Confirmation = Readonly<Record<string, string>>

/** The key that the sender of a request proved to hold (DPoP, mutual TLS); the token is bound to it. */
export interface Binding {
  cnf: Confirmation
  tokenType: 'Bearer' | 'DPoP'
}

/** What a grant type allows to be issued. `issueTokens` makes the tokens. */
export interface Issuance {
  client: Client
  subject: string
  scope: readonly string[]
  /** What a person allowed; absent when a client acts for itself. */
  authorization?: GrantedAuthorization
  /** What features remember of the authorization, as the token request narrows it for this access token. */
  narrowed?: Readonly<Record<string, string>>
  /** Replaces the audience of the resources: for our own sign-in API. */
  audience?: readonly string[]
  nonce?: string | undefined
  /** The authorization code that was redeemed or comes with it, for `c_hash`. */
  code?: string
  /** What is issued is part of the authorization response. `state`: of the request, for `s_hash`; `accessToken`: the response has one. */
  frontChannel?: { state: string | undefined; accessToken: boolean }
  /** What the token must not exceed: that of the token it is issued for. `resource`: what of its audience is registered. RFC 8693 §5 */
  within?: { audience: readonly string[]; resource: readonly string[]; expiresAt: number }
  /** Who acts for the subject. RFC 8693 §4.1 */
  act?: Readonly<Record<string, unknown>> | undefined
  /** The client does not fetch it: a message of the outbox has it, which is stored with what is issued. CIBA Core §10.3.1 */
  pushed?: { authReqId: string; message(response: Readonly<Record<string, unknown>>): SealedMessage }
  /** The text of the device secret that the ID token is bound to. Native SSO */
  deviceSecret?: string
  /** Members of the token response besides the usual. */
  response?: Readonly<Record<string, unknown>>
  /** For the audit log. */
  auditEvents?: readonly AuditEvent[]
  /** What this issuance spends. */
  spends?: Spend
  /** The refresh token to return. `keep`: this text, which is stored already; `next`: this text, to be stored. */
  refresh: { kind: 'none' } | { kind: 'new' } | { kind: 'keep' | 'next'; token: string }
}

/** The part of an authorization that passes from token to token. */
export interface GrantedAuthorization {
  grantId: string
  family: string
  authentication: Authentication
  /** All that was granted; an access token may have less. */
  scope: readonly string[]
  /** Resource identifiers (RFC 8707) that were granted. */
  resource: readonly string[]
  /** What features remember, by their own names. */
  extensions: Readonly<Record<string, string>>
}

/** The audience, scope and form of an access token. */
export interface Target {
  audience: readonly string[]
  scope: readonly string[]
  format: 'jwt' | 'opaque'
  /** Header `typ` of a JWT. */
  typ: 'at+jwt' | 'JWT'
  alg: AccessTokenAlg
  /** Seconds. */
  lifetime: number
  /** Claims to look up, beyond those of the client. */
  claimSources: Readonly<Record<string, string>>
}

/** Proof that somebody owns an account, with the password hash of that moment. It is void once either has changed. */
export interface Proof {
  subject: string
  passwordHash: string | undefined
}

/** A proof, and the methods that were used. */
export type SignInProof = Proof & Omit<Authentication, 'sid'>

/** What an issuance depends on: something that it spends, or a proof that must still be valid. */
export type Artefact =
  | { kind: 'code' | 'refresh' | 'offer'; hash: string }
  | { kind: 'device-secret'; hash: string; clientId: string }
  | ({ kind: 'password' } & Proof)
  | Answered

/** An authorization request, with its flow if it has one, in the session that answers it. `code`: the one that is stored with the answer. */
export interface Answered {
  kind: 'request'
  asked: Pick<AuthorizationRequest, 'clientId' | 'scope' | 'pushed' | 'usesUp'>
  flow: string | undefined
  session: Pick<Session, 'subject' | 'sid'>
  code: Code | undefined
}

/** A code or refresh token, spent by one atomic statement, with all that its use causes. */
export type Spend = Exclude<Artefact, Answered> & {
  /** Called when another request was first: refuses, or returns what may be issued instead. */
  alreadySpent(): Promise<Issuance>
}

/** The caller of the introspection endpoint. RFC 7662 §2.1. */
export interface Introspector {
  /** Absent when a resource server used its own credentials. */
  clientId: string | undefined
  /** Identifier of the resource server that it is or acts for. */
  audience: string | undefined
  /** The resource registered under that identifier. */
  resource: Resource | undefined
}
