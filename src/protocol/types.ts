/** The words the rules are written in, and the ports through which they reach the other rooms. */
import type { Client } from './client.ts'
import type { Feature } from './feature.ts'
import type { Params } from './params.ts'

/** What was asked, freed of HTTP machinery. */
export interface Request {
  method: string
  /** The endpoint as published: issuer and path, without query. */
  url: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Query of a GET, form body of a POST. */
  params: Params
  browser: Browser
}

/** What a browser remembers for us in cookies. */
export interface Browser {
  /** Binds a flow to the browser that began it. */
  readonly id: string | undefined
  /** Session ids, the active one first. */
  readonly sessions: readonly string[]
}

/** What to answer. `web/` turns each kind into HTTP; no other room knows how. `remember` changes what the browser keeps. */
export type Reply = (JsonReply | TextReply | RedirectReply | PageReply) & {
  headers?: Readonly<Record<string, string>>
  remember?: Partial<Browser>
}
export interface JsonReply {
  kind: 'json'
  status: number
  /** Absent: an empty body. */
  body?: object
}
/** Text made once or elsewhere: a metadata document, a JWT. */
export interface TextReply {
  kind: 'text'
  status: number
  /** Media type. */
  type: string
  text: string
}
export interface RedirectReply {
  kind: 'redirect'
  to: string
}
export type PageReply = { kind: 'page'; status?: number } & Page
export type Page = { [N in keyof Pages]: { page: N; data: Pages[N] } }[keyof Pages]

/** Every page the rules can ask for, and what it shows. */
export interface Pages {
  'sign-in': {
    flow: string
    application: Application
    /** What to write into the name field at first. */
    loginHint: string | undefined
    problem: string | undefined
    /** True when another account of this browser could be chosen instead. */
    canChoose: boolean
  }
  'choose-account': { flow: string; application: Application; accounts: readonly Person[] }
  /** The password was set by somebody else: the person chooses an own one. */
  'new-password': { flow: string; application: Application; person: Person; problem: string | undefined }
  /** `to`: the redirect URI. */
  consent: { flow: string; application: Application; person: Person; scopes: readonly ScopeLine[]; to: string }
  /** Leaves for the application after a form was posted: a link that follows itself. */
  leave: { application: Application; to: string }
  /** OAuth 2.0 Form Post Response Mode: a form that posts itself. */
  'form-post': { application: Application; action: string; fields: Readonly<Record<string, string>> }
  'sign-out': { token: string; person: Person; fields: Readonly<Record<string, string>> }
  /** `stayed`: the person chose not to sign out. */
  'signed-out': { application: Application | undefined; to: string | undefined; stayed: boolean }
  error: { code: string; description: string; status: number }
}
export interface Application {
  name: string
  clientUri: string | undefined
  logoUri: string | undefined
  policyUri: string | undefined
  tosUri: string | undefined
}
export interface Person {
  /** Which session this is, for forms; not secret. */
  sid: string
  name: string
  detail: string | undefined
}
export interface ScopeLine {
  name: string
  description: string
  /** True when the person had allowed it before. */
  known: boolean
}

/** The permission a subject has given a client. Consent is remembered in it; codes and tokens hang off it. */
export interface Grant {
  id: string
  clientId: string
  subject: string
  scope: readonly string[]
}

/** A validated authorization request; never changed once made. */
export interface AuthorizationRequest {
  clientId: string
  redirectUri: string
  /** False when the only registered URI was used without being named (RFC 6749 §4.1.3: then the token request need not name it). */
  redirectUriSent: boolean
  responseMode: string
  scope: readonly string[]
  state: string | undefined
  nonce: string | undefined
  prompt: readonly string[]
  /** Seconds. */
  maxAge: number | undefined
  loginHint: string | undefined
  /** Subject of the ID token sent as hint. */
  hintedSubject: string | undefined
  acrValues: readonly string[]
  uiLocales: readonly string[]
  /** Whatever features read from the request and will need again. */
  facts: Readonly<Record<string, string>>
}

/** One visit of one browser to the authorization endpoint, from request to response. */
export interface Flow {
  /** Hash of the ticket that our pages carry. */
  id: string
  /** Hash of the browser's id. */
  browser: string
  asked: AuthorizationRequest
  answered: readonly Answer[]
}
/** What the user has done in a flow. */
export type Answer = 'sign-in' | 'choose-account' | 'consent'
/** What a person must do before anything else. */
export type Duty = 'new-password'
/** What the user still owes a flow; each but `done` is also the name of its page. */
export type Step = Answer | Duty | 'done'

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
  owes: Duty | undefined
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
  authentication: Authentication
  cnf: Confirmation | undefined
  issuedAt: number
  expiresAt: number
  usedAt: number | undefined
}

/** What lies behind an access token, whether it is written into a JWT or kept behind an opaque one. */
export interface AccessToken {
  jti: string
  clientId: string
  subject: string
  audience: readonly string[]
  scope: readonly string[]
  issuedAt: number
  expiresAt: number
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
  lasting?: Lasting
  nonce?: string | undefined
  /** The authorization code that was redeemed, for `c_hash`. */
  code?: string
  /** The artefact this issuance uses up. */
  spends?: Spend
  /** The refresh token to hand out. `keep`: this text, which is kept already; `next`: this text, to be kept. */
  refresh: { kind: 'none' } | { kind: 'new' } | { kind: 'keep' | 'next'; token: string }
}

/** What of an authorization lives on from token to token. */
export interface Lasting {
  grantId: string
  family: string
  authentication: Authentication
  /** All that was granted, from which each access token may take less. */
  scope: readonly string[]
  /** Identifiers of RFC 8707 that were granted. */
  resource: readonly string[]
}

/** What an access token is made for, and how. */
export interface Target {
  audience: readonly string[]
  scope: readonly string[]
  format: 'jwt' | 'opaque'
  alg: SigningAlg
  /** Seconds. */
  lifetime: number
}

/** An artefact used up by one atomic statement, together with everything its use brings about. */
export interface Spend {
  kind: 'code' | 'refresh'
  hash: string
  /** Called when another request was first: refuses, or says what may be issued instead. */
  lost(): Promise<Issuance>
}

/** Ports. Each verb is one atomic act, named by what the rules need; there is no `save`. */
export interface Store {
  clients: {
    find(id: string): Promise<Client | undefined>
    /** Is this web origin one of a client's of this tenant? For CORS preflights, which name no client. */
    hasOrigin(origin: string): Promise<boolean>
  }
  resources: {
    find(identifier: string): Promise<Resource | undefined>
  }
  grants: {
    find(clientId: string, subject: string): Promise<Grant | undefined>
    /** Adds scope to the grant of this client and subject, creating it if needed. Concurrent calls lose nothing. */
    widen(ask: { clientId: string; subject: string; scope: readonly string[]; newId: string; now: number }): Promise<Grant>
    /** Takes the permission back with all that hangs off it. True for the first caller. */
    revoke(id: string, now: number): Promise<boolean>
  }
  flows: {
    begin(flow: Flow, expiresAt: number): Promise<void>
    find(id: string, now: number): Promise<Flow | undefined>
    answer(id: string, answer: Answer): Promise<void>
    /** Ends the flow. True for the first caller, who alone may answer the client. */
    end(id: string): Promise<boolean>
  }
  codes: {
    /** Ends the flow, if there is one, and keeps the code. False: the flow was already ended, and nothing was kept. */
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
  /** All that one token response makes true, in one transaction. False: what it spends was already spent, and nothing was kept. */
  issue(act: {
    spend: { kind: Spend['kind']; hash: string; now: number } | undefined
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

/** A protected API: who its tokens are for, and how they are made. RFC 8707, RFC 9068. */
export interface Resource {
  /** The `aud` of its tokens: an absolute URI. */
  identifier: string
  name: string
  scopes: Readonly<Record<string, string>>
  accessTokenFormat: 'jwt' | 'opaque' | undefined
  accessTokenAlg: SigningAlg | undefined
  /** Seconds. */
  accessTokenLifetime: number | undefined
}

/** What `identity/` offers the rules: who is at this browser, and what may be said about a subject. */
export interface People {
  /** The authentication context classes there are, strongest last. */
  readonly acrValues: readonly string[]
  /** The live sessions among these ids, in their order. */
  sessions(ids: readonly string[], now: number): Promise<Session[]>
  /** All claims of a living account; undefined when there is none or it is suspended. */
  claims(subject: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Ends the sessions behind these browser session ids. */
  signOut(ids: readonly string[]): Promise<void>
}

export type SigningAlg = 'ES256' | 'RS256' | 'PS256' | 'EdDSA'

/** What `secrets/` offers the rules: signatures by the tenant's keys. */
export interface Keys {
  /** The algorithms this tenant signs with. */
  readonly algs: readonly SigningAlg[]
  /** Compact JWS. `typ` goes into the header (RFC 8725 §3.11). */
  sign(alg: SigningAlg, typ: string, claims: object): Promise<string>
  /** The claims, when this tenant signed it as one of `typ` and it is in force at `now` (`undefined`: whenever). Undefined otherwise. */
  verify(typ: readonly string[], token: string, now: number | undefined): Promise<Readonly<Record<string, unknown>> | undefined>
  /** RFC 7517. */
  jwks(now: number): Promise<{ keys: object[] }>
}

/** Kinds of opaque text we hand out; the kind is part of the text and of the hash under which it is kept. */
export type TokenKind = 'at' | 'rt' | 'ac' | 'cs' | 'ss' | 'br' | 'fl'

/** What `secrets/` offers the rules: opaque text, 256 bits each, kept as a keyed hash only. */
export interface Tokens {
  make(kind: TokenKind): string
  /** The hash under which it is kept; undefined when the text cannot be of this kind (form, checksum), so nothing need be looked up. */
  hash(kind: TokenKind, text: string): string | undefined
  /** The one refresh token that may follow this one: always the same for the same text. */
  successor(refreshToken: string): string
  /** Compares a secret with the kept hashes, in constant time. `undefined` takes as long and is false. */
  matchesSecret(secret: string, kept: readonly string[] | undefined): boolean
}

/** Everything one request may use. Bound to one tenant: nothing in it can name another. */
export interface Ctx {
  readonly issuer: string
  readonly tenant: TenantSettings
  readonly server: Server
  readonly store: Store
  readonly people: People
  readonly keys: Keys
  readonly tokens: Tokens
  /** Seconds since the epoch. */
  now(): number
  /** 128 bits in base64url: for ids that are not secret. */
  id(): string
}

/** What may differ between tenants. Lifetimes in seconds. */
export interface TenantSettings {
  readonly name: string
  readonly lifetimes: Lifetimes
}
export interface Lifetimes {
  readonly flow: number
  readonly code: number
  readonly accessToken: number
  readonly idToken: number
  readonly refreshToken: number
  /** How long the same refresh request gets the same successor. */
  readonly refreshGrace: number
}

/** The assembled tables. The router and the metadata document read the same ones. */
export interface Server {
  features: readonly Feature[]
  endpoints: ReadonlyMap<string, Endpoint>
  grantTypes: ReadonlyMap<string, GrantType>
  clientAuth: ReadonlyMap<string, ClientAuth>
  responseModes: ReadonlyMap<string, ResponseMode>
  /** Parameters that may be sent several times. */
  mayRepeat: ReadonlySet<string>
  /** Scopes the server itself gives a meaning, in words for the consent page. */
  scopes: Readonly<Record<string, string>>
}

export interface Endpoint {
  /** Below the issuer. */
  path: string
  /** Its key in the metadata document, if it has one: serving and advertising are one fact. */
  advertisedAs?: string
  methods: readonly ('GET' | 'POST' | 'DELETE')[]
  /** Who asks: a person with a browser sees pages, a program JSON. */
  audience: 'person' | 'program'
  /** Which web origins may read the answer: any, those of the client's registration, or (absent) none. */
  cors?: 'any' | 'clients'
  /** A form of our own pages: only same-origin posts are let in. */
  ownForm?: boolean
  /** Clients authenticate here: all of them, or only those with credentials. Advertised as `…_auth_methods_supported`. */
  clientAuth?: 'any' | 'confidential'
  handle(ctx: Ctx, request: Request): Promise<Reply>
}

/** What a grant type is asked. */
export interface TokenAsk {
  params: Params
  client: Client
  binding: Binding | undefined
}

export interface GrantType {
  /** Value of `grant_type`. */
  name: string
  redeem(ctx: Ctx, ask: TokenAsk): Promise<Issuance>
}

export interface ClientAuth {
  /** Value of `token_endpoint_auth_method`. */
  method: string
  /** undefined: this method was not attempted. A failed attempt refuses. */
  authenticate(ctx: Ctx, request: Request): Promise<Client | undefined>
}

/** How an authorization response reaches the client. */
export interface ResponseMode {
  /** Value of `response_mode`. */
  name: string
  reply(ctx: Ctx, address: Address, answer: Readonly<Record<string, string>>): Promise<Reply>
}

/** Where an authorization response goes. */
export interface Address {
  client: Client
  redirectUri: string
  state: string | undefined
}
