/** Ports: what the rules need from the other folders. Each method is one atomic act, named after what the rules need. */

import type { SigningAlg } from './algs.ts'
import type { AuditEvent } from './audit-events.ts'
import type { Client } from './client.ts'
import type { CredentialKey, CredentialStore } from './credentials.ts'
import type { DeviceSecretStore } from './device-secret.ts'
import type { EventStreamStore } from './event-stream.ts'
import type { FederationStore } from './federation/store.ts'
import type { IssueAct } from './issue-act.ts'
import type { BackchannelRequestStore, DeviceCode, PushedRequest } from './kept-requests.ts'
import type { ApiKey, RegistrationStore } from './registry.ts'
import type { Person, Question, SignInUpstream, TotpOffer } from './request-reply.ts'
import type { DetailType, Resource } from './resource.ts'
import type { TokenKind } from './token-kind.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'
import type { Answer, Code, Flow, Grant, PendingSignIn, RefreshToken, Session, SignInProof } from './types.ts'
import type { OfKind, UsedOnceStore } from './used-once.ts'

/** The store. Each method is one atomic act; there is no `save`. */
export interface Store
  extends RegistrationStore,
    CredentialStore,
    FederationStore,
    BackchannelRequestStore,
    DeviceSecretStore,
    EventStreamStore,
    UsedOnceStore {
  clients: {
    find(id: string): Promise<Client | undefined>
    /** Whether a client of this tenant has this web origin. For CORS preflights, which name no client. */
    hasOrigin(origin: string): Promise<boolean>
  }
  resources: {
    find(identifier: string): Promise<Resource | undefined>
    /** By the name it authenticates with: its `resource_id`, or its identifier. */
    named(name: string): Promise<Resource | undefined>
    /** The scopes of all of them, in words. */
    meanings(): Promise<Readonly<Record<string, string>>>
    /** The types of authorization details of all of them; of one that two declare, that of the first by identifier. */
    detailTypes(): Promise<readonly DetailType[]>
    /** Scopes that more than one of them declares. */
    sharedScopes(): Promise<readonly string[]>
  }
  assignments: {
    /** Is this person assigned to the client, or in a group that is? */
    includes(clientId: string, subject: string): Promise<boolean>
  }
  trustedIssuers: {
    find(issuer: string): Promise<TrustedIssuer | undefined>
  }
  grants: {
    /** Not one that its client manages. `createdAt`: seconds since the epoch. */
    find(clientId: string, subject: string): Promise<(Grant & { createdAt: number }) | undefined>
    /** One in force. */
    byId(id: string): Promise<Grant | undefined>
    /** Adds scope and details to the grant of this client and subject, creating it if needed. Concurrent calls lose nothing. */
    widen(ask: Omit<Grant, 'id'> & { newId: string; now: number }): Promise<Grant>
    /**
     * Creates the grant of this id, or adds scope and details to it, or puts them in place of its own, which ends its tokens and codes.
     * Undefined: there is none of this client and subject. Creating it twice makes one.
     */
    manage(ask: Grant & { action: 'create' | 'merge' | 'replace'; now: number }): Promise<Grant | undefined>
    /** Revokes the grant with all tokens and codes issued under it. True for the first caller. */
    revoke(id: string, now: number): Promise<boolean>
  }
  flows: {
    begin(flow: Flow, expiresAt: number): Promise<void>
    find(id: string, now: number): Promise<Flow | undefined>
    /**
     * Records a completed step. A person who signs in or is chosen afterwards has not consented, so any other step clears an earlier consent and
     * a pending sign-in.
     */
    answer(id: string, answer: Answer): Promise<void>
    /** Replaces the pending sign-in; undefined clears it. */
    setPending(id: string, pending: PendingSignIn | undefined): Promise<void>
    /** Ends this pending sign-in and records that the user signed in. True for the first caller, who alone may start the session. */
    complete(id: string, pending: string): Promise<boolean>
    /** Ends the flow. True for the first caller, who alone may answer the client. */
    end(id: string): Promise<boolean>
  }
  signIns: {
    /** Whether the session goes on that a client was told by this `sid`. `usedSince`: a session that was last used before has ended. */
    isCurrent(sid: string, at: { now: number; usedSince: number }): Promise<boolean>
  }
  codes: {
    /** Ends the flow, the pushed request and the request object, if there are such, and keeps the code. False: one was already ended, and no code was kept. */
    add(code: Code, flow: string | undefined): Promise<boolean>
    find(hash: string): Promise<Code | undefined>
  }
  refreshTokens: {
    find(hash: string): Promise<RefreshToken | undefined>
  }
  accessTokens: {
    /** The client and the subject of the grant of a token with these ids, if it is stored, and what `People.claims` says of them. Undefined when the grant or one of the ids is revoked, or the grant's tokens of that time are void. */
    holder(
      ids: readonly string[],
      grantId: string | undefined,
      issuedAt: number,
    ): Promise<{ clientId?: string; subject?: string; person?: Readonly<Record<string, unknown>> } | undefined>
  }
  apiKeys: {
    /** One in force, of an owner who is active, with the owner's name. */
    find(hash: string, now: number): Promise<(ApiKey & { username: string }) | undefined>
    /** Records its use, unless that was recorded less than this many seconds ago. */
    used(id: string, now: number, atMostEvery: number): Promise<void>
  }
  /** Pushed authorization requests. RFC 9126 */
  pushedRequests: {
    /** Also uses up what proves it. False: something was used before; then nothing was done. */
    add(request: PushedRequest, proofs: readonly OfKind[]): Promise<boolean>
    find(hash: string, now: number): Promise<PushedRequest | undefined>
    /** Uses it up. True for the first caller. The request of a code is used up by `codes.add`. */
    end(hash: string): Promise<boolean>
  }
  /** Devices that wait for a person. RFC 8628 */
  deviceCodes: {
    /** With the request that it makes. False: another one has this user code. */
    add(device: DeviceCode, request: PushedRequest): Promise<boolean>
    find(hash: string): Promise<DeviceCode | undefined>
    /** The one whose request is kept under this hash. */
    ofRequest(hash: string): Promise<DeviceCode | undefined>
    /** Notes that the device asks. True: it asks sooner than its interval allows, which grows by 5 seconds. */
    poll(hash: string, now: number): Promise<boolean>
    /** Ends its request: the person refused. True for the first who answers it. */
    refuse(hash: string): Promise<boolean>
  }
  /** Stores all that one token response issues, in one transaction. False when what it spends was already spent or revoked; then nothing is stored. */
  issue(act: IssueAct): Promise<boolean>
  revocations: {
    /**
     * Revokes all tokens with one of these ids — a grant, a family, an access token's jti — including refresh tokens.
     * `until`: when the last of these access tokens expires, in seconds.
     */
    add(ids: readonly string[], until: number): Promise<void>
  }
}

/** A request for a person's approval. CIBA Core §7 */
export interface ApprovalRequest {
  clientId: string
  application: string
  /** What the person compares. */
  message: string | undefined
  /** The link to follow, which is theirs alone. */
  url: string
  /** Under what it is kept while it waits: the hash of the token in the link. */
  request: string
  /** In seconds. */
  lifetime: number
}

/** What `identity/` offers the rules: the sessions of a browser, and the claims of a subject. */
export interface People {
  /** The supported authentication context classes, strongest last. */
  readonly acrValues: readonly string[]
  /** The live sessions among these ids, in their order. Their use is recorded. */
  sessions(ids: readonly string[], now: number, address: string): Promise<Session[]>
  /** All claims of an active account, with the tenant's attributes by name under `attributes`; undefined when the account is missing or suspended. */
  claims(subject: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** The subject that signs in by this user name or email address; undefined when nobody does. */
  subjectOf(login: string): Promise<string | undefined>
  /** The subject of the account that is connected with this one at the provider of a connection; undefined when none is. */
  subjectOfUpstream(connection: string, upstreamSubject: string): Promise<string | undefined>
  /** Tells a person of a request that waits for them. False: there is no way to reach them. */
  tellOfRequest(subject: string, about: ApprovalRequest): Promise<boolean>
  /** The attributes that self-registration asks for. */
  askedAtSignUp(): Promise<readonly Question[]>
  /** Counts a flow that begins at an IP address. Returns the seconds to wait before the next one; undefined when there is no need to wait. */
  countFlow(address: string, now: number): Promise<number | undefined>
  /** Counts a client that registers itself from an IP address. Returns the seconds to wait before the next one; undefined when there is no need to wait. */
  countRegistration(address: string, now: number): Promise<number | undefined>
  /** Other providers that people can sign in through here, in the order of their buttons. */
  upstreams(): Promise<readonly SignInUpstream[]>
  /** Names of all groups the subject is in, in order. */
  groups(subject: string): Promise<readonly string[]>
  /** Checks a user code, unless there were too many wrong ones. `check` returns undefined when it is wrong. */
  attemptUserCode<T>(
    address: string,
    now: number,
    check: () => Promise<T | undefined>,
  ): Promise<{ wait: number | undefined; result: T | undefined }>
  /** The second factors of an active account; undefined when the account is missing or suspended. */
  secondFactors(subject: string): Promise<SecondFactors | undefined>
  /** For a person who must set up a second factor; `place`: the only place where it can be confirmed. */
  enrolment(subject: string, context: string, now: number): Promise<Enrolment>
  /** Options for a passkey assertion, as JSON. `place`: the only place where it can be answered; `subject`: undefined for any person. */
  passkeyRequest(ask: { context: string; subject: string | undefined }, now: number): Promise<string>
  /**
   * A proof, if login and password are right, the account is active and no action is required of it. Takes the same time otherwise.
   * `otp`: a code, required of those who have a second factor. `address`: IP address of the caller; too many tries throw `TooMany`.
   */
  checkPassword(
    ask: { login: string; password: string; otp: string | undefined; address: string },
    now: number,
  ): Promise<SignInProof | undefined>
  /** What the audit log is told of a login and password that `checkPassword` did not accept. */
  failedSignIn(login: string): Promise<AuditEvent>
  /** Ends the sessions with these browser session ids. Returns the clients that the people were signed in to. */
  signOut(ids: readonly string[]): Promise<readonly SignedInClient[]>
}

/** A client that a person is signed in to. */
export interface SignedInClient {
  clientId: string
  /** The `sid` of its ID tokens. */
  sid: string
}

/** The second factors of a person. */
export interface SecondFactors {
  person: Omit<Person, 'sid'>
  /** Whether there is any that can complete a sign-in. */
  any: boolean
  /** An authenticator app. */
  totp: boolean
  passkeys: number
  recoveryCodes: number
}

/** What a person needs in order to set up a second factor. */
export interface Enrolment {
  person: Omit<Person, 'sid'>
  totp: TotpOffer
  /** Options for creating a passkey, as JSON. */
  passkey: string
}

/** What `crypto/` offers the rules: signatures by the tenant's keys. */
export interface Keys {
  /** The algorithms this tenant signs with. */
  readonly algs: readonly SigningAlg[]
  /** Compact JWS. `typ` goes into the header (RFC 8725 §3.11). */
  sign(alg: SigningAlg, typ: string, claims: object): Promise<string>
  /** The claims, when this tenant signed it with a `typ` among these and it is valid at `now` (`undefined`: at any time). Undefined otherwise. */
  verify(typ: readonly string[], token: string, now: number | undefined): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Is a key of this `kid` in the JWKS? Only then can what it signed be verified. */
  publishes(kid: string): Promise<boolean>
  /** The content of a compact JWE that was encrypted for a key of this tenant; undefined when it was not. */
  decrypt(text: string): Promise<string | undefined>
  /** Signs credentials; undefined: this tenant does not sign with ES256. */
  readonly credentials: CredentialKey | undefined
  /** RFC 7517. */
  jwks(now: number): Promise<{ keys: object[] }>
}

/** Keys with which this tenant signs the statements of its federation, all by ES256. */
export type FederationKeys = Pick<Keys, 'verify' | 'jwks'> & { sign(typ: string, claims: object): Promise<string> }

/** What `crypto/` offers the rules: signatures with a secret that a client's APIs share with us. */
export interface SharedKeys {
  /** Compact JWS with HS256. Its `jti` is the given one with a mark that proves to `verify` that this server issued the token. */
  sign(client: Client, typ: string, claims: { readonly jti: string }): Promise<string>
  /** The client whose secret the token claims to be signed with; undefined when it claims none. Nothing is verified yet. */
  signerOf(token: string): string | undefined
  /** The claims, when this server issued it to this client with a `typ` among these and it is valid. APIs that share the secret can sign tokens, but not ones that this accepts. */
  verify(client: Client, typ: readonly string[], token: string, now: number): Readonly<Record<string, unknown>> | undefined
}

/** What `crypto/` offers the rules: opaque tokens of 256 bits, stored only as a keyed hash. */
export interface Tokens {
  make(kind: TokenKind): string
  /** The hash under which it is stored; undefined when the text cannot be of this kind (form, checksum), so that no look-up is needed. */
  hash(kind: TokenKind, text: string): string | undefined
  /** The text of an opaque access token with these claims. */
  sealAccessToken(claims: { iat: number; [claim: string]: unknown }): string
  /** The claims of an opaque access token of this tenant; undefined for every other text. */
  openAccessToken(text: string): Readonly<Record<string, unknown>> | undefined
  /** A text that any node accepts for five minutes, for this `purpose` only. */
  nonce(purpose: string, now: number): string
  isNonce(purpose: string, text: string, now: number): boolean
  /** What one sector of applications is told in place of a subject: the same each time, and it tells nothing of it. OpenID Connect Core §8.1 */
  pairwise(sector: string, subject: string): string
  /** A code that a person can type: 8 letters, of which none are vowels. RFC 8628 §6.1 */
  userCode(): string
  /** The hash of a code as it was typed, in whatever case and with whatever between the letters; undefined when it cannot be one. */
  hashUserCode(typed: string): string | undefined
  /** The only refresh token that may follow this one: always the same for the same text. */
  successor(refreshToken: string): string
  /** The pre-authorized code of the credential offer with this token. OpenID for Verifiable Credential Issuance §4.1.1 */
  preAuthorizedCode(offer: string): string
  /** A transaction code that a person can type: 6 digits. */
  txCode(): string
  /** The hash of a transaction code as it was typed for the offer with this id; undefined when it cannot be one. */
  hashTxCode(offer: string, typed: string): string | undefined
  /** A new secret of a client, and what is stored in its place: a hash. `signs`: the client signs with it, so it must be possible to make it again. */
  newSecret(signs: boolean): { text: string; stored: string }
  /** Is this the HMAC-SHA-256 of the text with one of these secrets, of those that can be made again? RFC 7518 §3.2 */
  isSignedWith(stored: readonly string[], text: string, signature: Uint8Array): boolean
  /**
   * Compares a secret with the stored hashes, in constant time. `undefined` takes the same time and is false. A promise only when a hash was made
   * elsewhere and is slow to check; that rejects with `Unavailable` when too many such checks wait.
   */
  matchesSecret(secret: string, hashes: readonly string[] | undefined): boolean | Promise<boolean>
}
