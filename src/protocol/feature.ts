/** The frame: a feature and its seams, the tables made of all features, and the context every rule gets. */
import type { BindingMember, Client } from './client.ts'
import type { Certificate } from './codec/certificate.ts'
import type { Params } from './params.ts'
import type { Keys, People, Remote, SharedKeys, Store, Tokens } from './ports.ts'
import type { RedirectClass } from './redirect-uri.ts'
import type { Reply, Request, RequestBody } from './request-reply.ts'
import type { Resource } from './resource.ts'
import type {
  AccessToken,
  AuthorizationRequest,
  Binding,
  Code,
  Credential,
  Grant,
  Introspector,
  Issuance,
  Session,
  Target,
  UsedOnce,
} from './types.ts'

/** One specification: everything it adds to the server. These are all the seams there are. */
export interface Feature {
  id: string
  /** The specification, with its section where it is one of several. */
  spec: string
  requires?: readonly string[]

  // Things looked up by name.
  endpoints?: readonly Endpoint[]
  grantTypes?: readonly GrantType[]
  clientAuth?: readonly ClientAuth[]
  responseTypes?: readonly ResponseType[]
  responseModes?: readonly ResponseMode[]
  credentials?: readonly CredentialKind[]
  /** Parameters of the authorization request that it understands, of those that are advertised or refused when nobody does. Core §3.1.2.6, §6 */
  parameters?: readonly ('request' | 'request_uri' | 'registration' | 'claims')[]
  /** Parameters that may be sent several times. */
  mayRepeat?: readonly string[]
  /** Names of what it remembers of an authorization request that lives on in refresh tokens. */
  lasting?: readonly string[]
  /** Schemes of the Authorization header, besides Bearer, by which it lets access tokens be sent. In lower case. */
  tokenSchemes?: readonly string[]
  /** Headers that scripts of other origins may send, and read, because of it. */
  corsHeaders?: { request?: readonly string[]; response?: readonly string[] }
  /** Values of a client's policy, and of what binds its tokens, that are not the default and that it enforces: registration refuses all others. */
  serves?: Readonly<Partial<Record<keyof Client['policy'] | BindingMember, readonly string[]>>>
  /** Scopes it gives a meaning, in words for the consent page. */
  scopes?: Readonly<Record<string, string>>

  // Hooks of the two journeys. Each reads only its own parameters, so order cannot matter.
  /** Authorization request: the parameters that it stands for; undefined: it was sent plainly. At most one feature answers. */
  resolveRequest?(ctx: Ctx, ask: { params: Params; client: Client }): Promise<ResolvedRequest | undefined>
  /** Authorization request: values of `prompt` that it adds in this tenant. */
  prompts?(ctx: Ctx): readonly string[]
  /** Authorization request: check own parameters, return what must be remembered: texts by names of its own. */
  readRequest?(ctx: Ctx, ask: { params: Params; client: Client }): Promise<Record<string, string>> | Record<string, string>
  /** Authorization response: parameters to add. */
  respond?(ctx: Ctx, to: ResponseDestination): Record<string, string>
  /** Token request: what the sender proved to hold. */
  proveSender?(ctx: Ctx, request: Request, client: Client): Promise<Binding | undefined>
  /** Accepting an access token: the members of its `cnf` that the sender proves to hold. Refuses a proof that is wrong. RFC 7800 §3.1 */
  proveHolder?(ctx: Ctx, request: Request, shown: ShownToken): Promise<readonly string[]>
  /** Code redemption: does the redeemer match the requester? */
  checkCode?(code: Code, ask: { params: Params; binding: Binding | undefined }): void
  /** Token request: which resources the access token is for. At most one feature answers. */
  resolveResources?(ctx: Ctx, ask: { params: Params; issuance: Issuance }): Promise<readonly Resource[]>
  /** Access token: claims to add. The frame's own always win. */
  accessClaims?(ctx: Ctx, about: { issuance: Issuance; target: Target }): Promise<Record<string, unknown>>
  /** ID token: claims about the person to add. The frame's own always win. */
  idTokenClaims?(ctx: Ctx, about: Issuance): Promise<Record<string, unknown>>
  /** UserInfo: claims to add. `known`: what `People.claims` says of the subject. */
  userinfoClaims?(ctx: Ctx, about: { subject: string; scope: readonly string[]; known: SubjectClaims }): Promise<Record<string, unknown>>
  /** Token response: members to add. */
  respondToken?(ctx: Ctx, about: { issuance: Issuance; access: AccessToken; accessToken: string }): Promise<Record<string, unknown>>
  /** Introspection: the answer in another form than JSON, when the request asks for it. At most one feature answers. */
  respondIntrospection?(ctx: Ctx, about: { request: Request; caller: Introspector; body: object }): Promise<Reply | undefined>

  /** Names of the claims about people that it may tell. */
  claims?(ctx: Ctx): readonly string[]
  /** Facts to advertise that no table above already tells. RFC 8414 §2. */
  metadata?(ctx: Ctx): Readonly<Record<string, unknown>>
}

/** What is known of a subject, by the names of claims. */
export type SubjectClaims = Readonly<Record<string, unknown>>

/** Everything one request may use. Bound to one tenant: nothing in it can name another. */
export interface Ctx {
  readonly issuer: string
  readonly tenant: TenantSettings
  readonly server: Server
  readonly store: Store
  readonly people: People
  readonly keys: Keys
  readonly sharedKeys: SharedKeys
  /** A further audience of the tokens of our own sign-in API; it names APIs of the operator that are registered nowhere. */
  readonly firstPartyAudience: string | undefined
  readonly tokens: Tokens
  readonly remote: Remote
  readonly mutualTls: MutualTls
  /** Seconds since the epoch. */
  now(): number
  /** 128 bits in base64url: for ids that are not secret. */
  id(): string
}

/** What the operator set for TLS with certificates of clients. */
export interface MutualTls {
  /** Whose certificates are accepted for `tls_client_auth`. */
  authorities: readonly Certificate[]
  /** Where clients are asked for a certificate, if that is another origin than the issuer's. */
  origin: string | undefined
}

/** What may differ between tenants. Lifetimes in seconds. */
export interface TenantSettings {
  readonly name: string
  readonly lifetimes: Lifetimes
  /** May anyone make an account of their own? */
  readonly signUp: boolean
  /** Grant types that this tenant does without. */
  readonly withoutGrantTypes: readonly string[]
  /** Required: nobody is signed in without one. */
  readonly secondFactor: 'optional' | 'required'
  /** Scopes that have a meaning here, in words for the consent page: those of the server, and those of the tenant's attributes. */
  readonly scopes: Readonly<Record<string, string>>
  /** How clients may register themselves. */
  readonly registration: RegistrationRule
  /** Attributes of people that a scope asks for, and the claim that tells each. */
  readonly attributes: readonly { readonly name: string; readonly scope: string; readonly claim: string }[]
}

/** What clients that register themselves may have. RFC 7591 §1.2, §5 */
export interface RegistrationRule {
  /** Without an initial access token. */
  readonly open: boolean
  /** Scopes, unless the initial access token names others. */
  readonly scope: readonly string[]
  /** Kinds of redirect URI, of those without an initial access token. */
  readonly redirects: readonly RedirectClass[]
  /** Seconds for which they are kept without being used. */
  readonly unusedFor: number
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
  responseTypes: ReadonlyMap<string, ResponseType>
  responseModes: ReadonlyMap<string, ResponseMode>
  credentials: ReadonlyMap<string, CredentialKind>
  /** Parameters that may be sent several times. */
  mayRepeat: ReadonlySet<string>
  /** Parameters of the authorization request that some feature understands. */
  parameters: ReadonlySet<string>
  /** Names of what lives on from an authorization request in refresh tokens. */
  lasting: readonly string[]
  /** Schemes by which access tokens may be sent, in lower case. */
  tokenSchemes: readonly string[]
  corsHeaders: { request: readonly string[]; response: readonly string[] }
  /** Scopes the server itself gives a meaning, in words for the consent page. */
  scopes: Readonly<Record<string, string>>
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Endpoint {
  /** Below the issuer, with `:names`. */
  path: string
  /** Its key in the metadata document, if it has one: serving and advertising are one fact. */
  advertisedAs?: string
  methods: readonly Method[]
  /** Who asks: a person with a browser sees pages, a program JSON; at our own JSON API errors are problem documents. */
  audience: 'person' | 'program' | 'api'
  /** Which web origins may read the answer: any, those of the client's registration, or (absent) none. */
  cors?: 'any' | 'clients'
  /** A form of our own pages: only same-origin posts are let in. */
  ownForm?: boolean
  /** Clients authenticate here: all of them, or only those with credentials. Advertised as `…_auth_methods_supported`. */
  clientAuth?: 'any' | 'confidential'
  /** Accepted bodies; absent: a form. */
  body?: 'json' | 'either'
  handle(ctx: Ctx, request: Request, sent: RequestBody): Promise<Reply>
}

/** What a grant type is asked. */
export interface TokenRequest {
  /** IP address of whoever asks. */
  address: string
  params: Params
  client: Client
  binding: Binding | undefined
}

export interface GrantType {
  /** Value of `grant_type`. */
  name: string
  /** A person allows it at a page of ours: clients that registered themselves may use it. */
  needsPerson?: true
  redeem(ctx: Ctx, ask: TokenRequest): Promise<Issuance>
}

export interface ClientAuth {
  /** Value of `token_endpoint_auth_method`. */
  method: string
  /** The part of the request that bears the credential. Methods of one carrier cannot contradict each other; two carriers do. */
  carrier: 'authorization header' | 'client_secret' | 'client_assertion' | 'client_id'
  /** Identifier of the client that the request claims to be by this method; undefined: it does not use it. Nothing is verified yet. */
  claimedClient(ctx: Ctx, request: Request): string | undefined
  /**
   * Why the claim is not proven, for the log alone; undefined: it is. `client`: as registered; undefined where there is none, which must
   * take as long.
   */
  verify(ctx: Ctx, request: Request, client: Client | undefined): Promise<string | undefined>
}

/** An authorization request as it is to be read, whatever it was sent in. */
export interface ResolvedRequest {
  params: Params
  /** How it came, as far as that proves something. */
  proven: Provenance
}

export interface Provenance {
  /** It was pushed by the client, which authenticated: the hash under which it is kept. RFC 9126 */
  pushed?: string
  /** It was signed by the client. RFC 9101 */
  signed?: true
  /** What its answer uses up. */
  usesUp?: UsedOnce | undefined
}

/** A token as it was shown: what proves that its sender holds it depends on both. */
export interface ShownToken {
  text: string
  token: Credential
  /** Scheme of the Authorization header, in lower case. */
  scheme: string
}

/** Something that is accepted wherever an access token is, in a header of its own. */
export interface CredentialKind {
  /** In lower case. */
  header: string
  /** What lies behind it; undefined when it is not in force, or of another kind. */
  find(ctx: Ctx, text: string): Promise<Credential | undefined>
}

/** What an authorization response hands out. */
export interface ResponseType {
  /** Value of `response_type`. */
  name: string
  /** How it is answered when the request names no response mode. OAuth 2.0 Multiple Response Type Encoding Practices §2.1 */
  defaultMode: string
  /** Issues it and, in the same act, ends the flow. Undefined: the flow was ended already, and nothing was issued. */
  issue(ctx: Ctx, allowed: ApprovedRequest): Promise<Record<string, string> | undefined>
}

/** A request to which nothing is owed any more. */
export interface ApprovedRequest {
  client: Client
  asked: AuthorizationRequest
  session: Session
  /** What the client was allowed before. */
  grant: Grant | undefined
  /** Id of the flow; absent when no page was needed. */
  flow: string | undefined
}

/** How an authorization response reaches the client. */
export interface ResponseMode {
  /** Value of `response_mode`. */
  name: string
  /** What it sends is signed. */
  signed?: true
  /** The mode that it is another name for, by the default mode of the response type. JARM §2.3.4 */
  standsFor?: Readonly<Record<string, string>>
  reply(ctx: Ctx, address: ResponseDestination, answer: Readonly<Record<string, string>>): Promise<Reply>
}

/** Where an authorization response goes. */
export interface ResponseDestination {
  client: Client
  redirectUri: string
  state: string | undefined
}
