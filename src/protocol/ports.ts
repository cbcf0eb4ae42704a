/** Ports: what the rules ask of the other rooms. Each act is atomic and named by what the rules need. */
import type { SigningAlg } from './algs.ts'
import type { Client } from './client.ts'
import type { Permission } from './permissions.ts'
import type { RegistrationStore } from './registry.ts'
import type { Person } from './request-reply.ts'
import type { Resource } from './resource.ts'
import type {
  AccessToken,
  Answer,
  ApiKey,
  Artefact,
  Code,
  Flow,
  Grant,
  PendingSignIn,
  RefreshToken,
  Session,
  SignInProof,
  UsedOnce,
} from './types.ts'

/** Ports. Each verb is one atomic act, named by what the rules need; there is no `save`. */
export interface Store extends RegistrationStore {
  clients: {
    find(id: string): Promise<Client | undefined>
    /** Is this web origin one of a client's of this tenant? For CORS preflights, which name no client. */
    hasOrigin(origin: string): Promise<boolean>
  }
  resources: {
    find(identifier: string): Promise<Resource | undefined>
    /** By the name under which it authenticates: its `resource_id`, or its identifier. */
    named(name: string): Promise<Resource | undefined>
    /** The scopes of all of them, in words. */
    meanings(): Promise<Readonly<Record<string, string>>>
    /** Scopes that more than one of them declares. */
    sharedScopes(): Promise<readonly string[]>
  }
  grants: {
    find(clientId: string, subject: string): Promise<Grant | undefined>
    /** One in force. */
    byId(id: string): Promise<Grant | undefined>
    /** Adds scope to the grant of this client and subject, creating it if needed. Concurrent calls lose nothing. */
    widen(ask: { clientId: string; subject: string; scope: readonly Permission[]; newId: string; now: number }): Promise<Grant>
    /** Takes the permission back with all that hangs off it. True for the first caller. */
    revoke(id: string, now: number): Promise<boolean>
  }
  flows: {
    begin(flow: Flow, expiresAt: number): Promise<void>
    find(id: string, now: number): Promise<Flow | undefined>
    /**
     * Notes what the user has done. Whoever signs in or is chosen afterwards has not consented: any other answer forgets a consent, and
     * half a sign-in.
     */
    answer(id: string, answer: Answer): Promise<void>
    /** Keeps half a sign-in, in place of an earlier one; undefined: forgets it. */
    setPending(id: string, pending: PendingSignIn | undefined): Promise<void>
    /** Ends this half, and notes that the user signed in. True for the first caller, who alone may start the session. */
    complete(id: string, pending: string): Promise<boolean>
    /** Ends the flow. True for the first caller, who alone may answer the client. */
    end(id: string): Promise<boolean>
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
    /** An opaque access token. */
    find(hash: string): Promise<AccessToken | undefined>
  }
  apiKeys: {
    /** One in force, of an owner who is active, with the owner's name. */
    find(hash: string, now: number): Promise<(ApiKey & { username: string }) | undefined>
    /** Notes that it is in use, unless that was noted less than so many seconds ago. */
    used(id: string, now: number, atMostEvery: number): Promise<void>
  }
  /** Pushed authorization requests. RFC 9126 */
  pushedRequests: {
    add(request: PushedRequest): Promise<void>
    find(hash: string, now: number): Promise<PushedRequest | undefined>
    /** Uses it up. True for the first caller. The request of a code is used up by `codes.add`. */
    end(hash: string): Promise<boolean>
  }
  /** What may be used only once until it expires, on whichever node it arrives. */
  usedOnce: {
    /** True for the first who shows this. `id`: a hash, for it comes from outside. `expiresAt`: from when on it is worth nothing anyway. */
    first(kind: UsedOnceKind, id: string, expiresAt: number): Promise<boolean>
    /** Was it used? `first` alone decides; this tells early what it will say. */
    wasUsed(kind: UsedOnceKind, id: string): Promise<boolean>
  }
  /** All that one token response makes true, in one transaction. False: what it spends was already spent or no longer holds, and nothing was kept. */
  issue(act: {
    spend: (Artefact & { now: number }) | undefined
    access: { hash: string; token: AccessToken } | undefined
    refresh: RefreshToken | undefined
  }): Promise<boolean>
  revocations: {
    /**
     * Takes back what bears one of these ids — a grant, a family, an access token's jti — with the refresh tokens that hang off it.
     * `until`: when the last access token concerned will have expired, in seconds.
     */
    add(ids: readonly string[], until: number): Promise<void>
    /** Is any of these ids revoked? */
    any(ids: readonly string[]): Promise<boolean>
  }
}

/** An authorization request as its client pushed it. */
export interface PushedRequest {
  /** Of the secret part of its `request_uri`. */
  hash: string
  clientId: string
  params: readonly (readonly [string, string])[]
  /** It came as a signed request object. RFC 9101 */
  signed: true | undefined
  /** That object, if it works once. */
  usesUp: UsedOnce | undefined
  /** Seconds since the epoch. */
  expiresAt: number
}

export type UsedOnceKind = 'client-assertion' | 'dpop-proof' | 'request-object'

/** An attribute that a tenant has defined for its people, as it is asked for. Bounds are undefined where it has none of its own. */
export interface Question {
  name: string
  title?: string | undefined
  description?: string | undefined
  /** list: of texts. */
  type: 'string' | 'number' | 'boolean' | 'date' | 'enum' | 'list'
  required: boolean
  /** enum: what it may be. */
  values?: readonly string[] | undefined
  /** string: characters. */
  max_length?: number | undefined
  min?: number | undefined
  max?: number | undefined
}

/** What `identity/` offers the rules: who is at this browser, and what may be said about a subject. */
export interface People {
  /** The authentication context classes there are, strongest last. */
  readonly acrValues: readonly string[]
  /** The live sessions among these ids, in their order. They are noted as in use by whoever asks. */
  sessions(ids: readonly string[], now: number, address: string): Promise<Session[]>
  /** All claims of a living account, and as `attributes` those of the tenant by their names; undefined when there is none or it is suspended. */
  claims(subject: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** The subject that signs in by this user name or email address; undefined when nobody does. */
  subjectOf(login: string): Promise<string | undefined>
  /** What whoever makes an account of their own must say beside the usual. */
  askedAtSignUp(): Promise<readonly Question[]>
  /** Counts a flow that begins at an IP address. How many seconds to wait before another may; undefined: go on. */
  countFlow(address: string, now: number): Promise<number | undefined>
  /** Counts a client that registers itself from an IP address. How many seconds to wait before another may; undefined: go on. */
  countRegistration(address: string, now: number): Promise<number | undefined>
  /** Names of all groups the subject is in, in order. */
  groups(subject: string): Promise<readonly string[]>
  /** What a living account can show beside its password; undefined when there is none or it is suspended. */
  secondFactors(subject: string): Promise<SecondFactors | undefined>
  /** For whoever must set up a second factor; `place`: where alone it can be confirmed. */
  enrolment(subject: string, context: string, now: number): Promise<Enrolment>
  /** What the browser is asked, as JSON. `place`: where alone it can be answered; `subject`: undefined for whoever is there. */
  passkeyRequest(ask: { context: string; subject: string | undefined }, now: number): Promise<string>
  /**
   * A proof, if login and password are right and the account is active and owes nothing first. Takes as long when not.
   * `otp`: a code, for those who have a second factor; refused without. `address`: of whoever tries; too many tries throw `TooMany`.
   */
  checkPassword(
    ask: { login: string; password: string; otp: string | undefined; address: string },
    now: number,
  ): Promise<SignInProof | undefined>
  /** Ends the sessions behind these browser session ids. */
  signOut(ids: readonly string[]): Promise<void>
}

/** What a person can show beside a password. */
export interface SecondFactors {
  person: Omit<Person, 'sid'>
  /** Anything that lets them in. */
  any: boolean
  /** An authenticator app. */
  totp: boolean
  passkeys: number
  recoveryCodes: number
}

/** What a person needs to set up a second factor. */
export interface Enrolment {
  person: Omit<Person, 'sid'>
  totp: TotpOffer
  /** What the browser is asked to make, as JSON. */
  passkey: string
}

/** `secret`: to be typed into the app; `uri`: to be scanned or followed; `draft`: brought back by our page. */
export interface TotpOffer {
  secret: string
  uri: string
  draft: string
}

/** What `outbound/` offers the rules: requests to other servers, at public https addresses and those that the operator allows. */
export interface Remote {
  /** One request; redirects are not followed. Rejects with a `RemoteError`. */
  request(ask: RemoteRequest): Promise<RemoteAnswer>
}

export interface RemoteRequest {
  url: string
  /** GET unless given. */
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Of the body of the answer, 262144 unless given. A longer answer is a failure. */
  maxBytes?: number
  /** In seconds, 5 unless given: from the name lookup to the end of the answer. */
  timeout?: number
}

export interface RemoteAnswer {
  status: number
  /** By names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  body: string
}

/** What `secrets/` offers the rules: signatures by the tenant's keys. */
export interface Keys {
  /** The algorithms this tenant signs with. */
  readonly algs: readonly SigningAlg[]
  /** Compact JWS. `typ` goes into the header (RFC 8725 §3.11). */
  sign(alg: SigningAlg, typ: string, claims: object): Promise<string>
  /** The claims, when this tenant signed it as one of `typ` and it is in force at `now` (`undefined`: whenever). Undefined otherwise. */
  verify(typ: readonly string[], token: string, now: number | undefined): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Is a key of this `kid` in the JWKS? Only then can what it signed be verified. */
  publishes(kid: string): Promise<boolean>
  /** The content of a compact JWE that was encrypted for a key of this tenant; undefined when it was not. */
  decrypt(text: string): Promise<string | undefined>
  /** RFC 7517. */
  jwks(now: number): Promise<{ keys: object[] }>
}

/** What `secrets/` offers the rules: signatures with a secret that a client's APIs share with us. */
export interface SharedKeys {
  /** Compact JWS with HS256. The `jti` it bears is the given one with a mark by which `verify` knows that this server issued the token. */
  sign(client: Client, typ: string, claims: { readonly jti: string }): Promise<string>
  /** The client whose secret a token says it is signed with; undefined when it says no such thing. Nothing is verified yet. */
  signerOf(token: string): string | undefined
  /** The claims, when this server issued it as one of `typ` to this client and it is in force. Whoever shares the secret can sign, but not issue. */
  verify(client: Client, typ: readonly string[], token: string, now: number): Readonly<Record<string, unknown>> | undefined
}

/** Kinds of opaque text we hand out; the kind is part of the text and of the hash under which it is kept. */
export type TokenKind =
  | 'at'
  | 'rt'
  | 'ac'
  | 'cs'
  | 'ss'
  | 'br'
  | 'fl'
  | 'ak'
  | 'dv'
  | 'lr'
  | 'li'
  | 'lv'
  | 'le'
  | 'lu'
  | 'wc'
  | 'pr'
  | 'ia'
  | 'ra'

/** What `secrets/` offers the rules: opaque text, 256 bits each, kept as a keyed hash only. */
export interface Tokens {
  make(kind: TokenKind): string
  /** The hash under which it is kept; undefined when the text cannot be of this kind (form, checksum), so nothing need be looked up. */
  hash(kind: TokenKind, text: string): string | undefined
  /** A text that is good for five minutes on every node, and nothing else: `purpose` is part of it. */
  nonce(purpose: string, now: number): string
  isNonce(purpose: string, text: string, now: number): boolean
  /** What one sector of applications is told in place of a subject: the same each time, and it tells nothing of it. OpenID Connect Core §8.1 */
  pairwise(sector: string, subject: string): string
  /** The one refresh token that may follow this one: always the same for the same text. */
  successor(refreshToken: string): string
  /**
   * Compares a secret with the kept hashes, in constant time. `undefined` takes as long and is false. A promise only when a hash was made
   * elsewhere and is slow to check; that rejects with `Unavailable` when too many such checks wait.
   */
  matchesSecret(secret: string, kept: readonly string[] | undefined): boolean | Promise<boolean>
}
