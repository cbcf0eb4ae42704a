/** The words the rules are written in. Data; never changed once made. */

import type { AccessTokenAlg } from './algs.ts'
import type { AuditEvent } from './audit-events.ts'
import type { Client } from './client.ts'
import type { Permission } from './permissions.ts'
import type { Resource } from './resource.ts'

/** The permission a subject has given a client. Consent is remembered in it; codes and tokens hang off it. */
export interface Grant {
  id: string
  clientId: string
  subject: string
  /** Scopes, each at this server or at one API: see `permissions.ts`. */
  scope: readonly Permission[]
}

/** A validated authorization request; never changed once made. */
export interface AuthorizationRequest {
  clientId: string
  redirectUri: string
  /** False when the only registered URI was used without being named (RFC 6749 §4.1.3: then the token request need not name it). */
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
  /** Seconds since the epoch. */
  askedAt: number
  uiLocales: readonly string[]
  /** Whatever features read from the request and will need again. */
  extensions: Readonly<Record<string, string>>
  /** Under what a pushed request is kept, which ends with the answer to it. RFC 9126 §4 */
  pushed: string | undefined
  /** A request object that works once, which ends with the answer to it. RFC 9101 */
  usesUp: UsedOnce | undefined
}

/** What works once. `id`: a hash. `expiresAt`: from when on it is refused in any case, in seconds. */
export interface UsedOnce {
  id: string
  expiresAt: number
}

/** One visit of one browser to the authorization endpoint, from request to response. */
export interface Flow {
  /** Hash of the ticket that our pages carry. */
  id: string
  /** Hash of the browser's id. */
  browser: string
  asked: AuthorizationRequest
  answered: readonly Answer[]
  pending: PendingSignIn | undefined
}

/** A sign-in whose first factor was right and whose second is owed. It is no session: nobody but this flow knows of it. */
export interface PendingSignIn {
  /** Random: one that is begun anew is another one. */
  id: string
  subject: string
  /** Of the password that was right: once it is changed, this is worth nothing. */
  password: string
  /** RFC 8176. */
  amr: readonly string[]
  expiresAt: number
}

/** What the user has done in a flow. */
export type Answer = 'sign-in' | 'choose-account' | 'second-factor' | 'consent'

/** What a person must do before anything else. */
export type RequiredAction = 'new-password'

/** What a person owes beyond a password: to show a second factor, or first to set one up. */
export type SecondFactorStep = 'second-factor' | 'enrolment'

/** What the user still owes a flow; each but `done` is also the name of its page. */
export type Step = Answer | RequiredAction | SecondFactorStep | 'sign-up' | 'done'

/** Who is signed in at this browser. Supplied by `identity/`. */
export interface Session {
  /** What the browser brought. */
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
  /** E-mail address or user name. */
  detail: string | undefined
}

/** What a sign-in was, for tokens. */
export interface Authentication {
  subject: string
  authTime: number
  acr: string
  amr: readonly string[]
  sid: string
}

/** An authorization code as kept. */
export interface Code {
  hash: string
  grantId: string
  /** Every token that comes of this code carries its family; revoking the family takes them all back. */
  family: string
  asked: AuthorizationRequest
  scope: readonly string[]
  authentication: Authentication
  expiresAt: number
  usedAt: number | undefined
}

/** What lies behind a refresh token. */
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
  issuedAt: number
  expiresAt: number
  usedAt: number | undefined
}

/** What lies behind whatever is accepted as an access token. RFC 6749 §1.4. */
export interface Credential {
  jti: string
  /** Undefined: it was issued to no client. */
  clientId: string | undefined
  subject: string
  audience: readonly string[]
  scope: readonly string[]
  issuedAt: number
  /** Undefined: until it is taken back. */
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
}

/** What lies behind an access token, whether it is written into a JWT or kept behind an opaque one. */
export interface AccessToken extends Credential {
  clientId: string
  expiresAt: number
}

/** An API key: speaks for its owner, who needs no client for it. */
export interface ApiKey {
  /** Public. */
  id: string
  owner: 'person' | 'service'
  subject: string
  /** What it is for, in the owner's words. */
  label: string
  scope: readonly string[]
  /** Identifiers of RFC 8707, besides this server. */
  resource: readonly string[]
  createdAt: number
  expiresAt: number | undefined
  /** To the minute. */
  lastUsedAt: number | undefined
}

/** An API key as kept. */
export interface StoredApiKey extends ApiKey {
  hash: string
  /** The id of the key from which it came by rotation, once or many times; its own when it is the first. */
  chain: string
  /** Seconds from its making to its expiry, for the keys that follow it; undefined: they do not expire. */
  lifetime: number | undefined
}

/** RFC 7800 §3.1. */
export type Confirmation = Readonly<Record<string, string>>

/** What a request proved about its sender (DPoP, mutual TLS): the token will be bound to it. */
export interface Binding {
  cnf: Confirmation
  tokenType: 'Bearer' | 'DPoP'
}

/** What a grant type decided may be issued. One mint turns it into tokens. */
export interface Issuance {
  client: Client
  subject: string
  scope: readonly string[]
  /** What a person allowed; absent when a client speaks for itself. */
  authorization?: GrantedAuthorization
  /** Audience in place of that of the resources it is for: of our own sign-in API. */
  audience?: readonly string[]
  nonce?: string | undefined
  /** The authorization code that was redeemed, for `c_hash`. */
  code?: string
  /** Members of the token response besides the usual. */
  response?: Readonly<Record<string, unknown>>
  /** For the audit log. */
  auditEvents?: readonly AuditEvent[]
  /** The artefact this issuance uses up. */
  spends?: Spend
  /** The refresh token to hand out. `keep`: this text, which is kept already; `next`: this text, to be kept. */
  refresh: { kind: 'none' } | { kind: 'new' } | { kind: 'keep' | 'next'; token: string }
}

/** What of an authorization lives on from token to token. */
export interface GrantedAuthorization {
  grantId: string
  family: string
  authentication: Authentication
  /** All that was granted, from which each access token may take less. */
  scope: readonly string[]
  /** Identifiers of RFC 8707 that were granted. */
  resource: readonly string[]
  /** What features remember of it, by names of their own. */
  extensions: Readonly<Record<string, string>>
}

/** What an access token is made for, and how. */
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

/** Who proved to be the owner of an account, and what was kept of the password at that moment. It proves nothing once either has changed. */
export interface Proof {
  subject: string
  passwordHash: string | undefined
}

/** A proof, and what was shown. */
export type SignInProof = Proof & Omit<Authentication, 'sid'>

/** What stands for an issuance: an artefact that it uses up, or a proof that must still hold. */
export type Artefact = { kind: 'code' | 'refresh'; hash: string } | ({ kind: 'password' } & Proof)

/** An artefact used up by one atomic statement, together with everything its use brings about. */
export type Spend = Artefact & {
  /** Called when another request was first: refuses, or says what may be issued instead. */
  alreadySpent(): Promise<Issuance>
}

/** Who looks into a token. RFC 7662 §2.1. */
export interface Introspector {
  /** Absent when a resource server came with its own credentials. */
  clientId: string | undefined
  /** Identifier of the resource server that it is or speaks for. */
  audience: string | undefined
  /** What is registered under that identifier. */
  resource: Resource | undefined
}
