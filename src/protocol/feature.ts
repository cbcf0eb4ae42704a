/** The interface of features, the tables assembled from them, and the context that every rule gets. */
import type { AssertionType } from './assertion-type.ts'
import type { SubjectClaims } from './claims.ts'
import type { Client, HeldMember, NamedClient } from './client.ts'
import type { IssuedDeviceSecret } from './device-secret.ts'
import type { StreamSecrets } from './event-stream.ts'
import type { IssuedTokens } from './issue-act.ts'
import type { Params } from './params.ts'
import type { FederationKeys, Keys, People, SharedKeys, Store, Tokens } from './ports.ts'
import type { ClientDocuments, KeySets, Pings, Remote, UpstreamTokens } from './remote.ts'
import type { Comparison, ConsentItem, Reply, Request, RequestBody, WayOn } from './request-reply.ts'
import type { ResolvedRequest } from './resolved-request.ts'
import type { Resource } from './resource.ts'
import type { SignInDemand } from './sign-in-demand.ts'
import type { MutualTls, TenantSettings } from './tenant-rules.ts'
import type { AuthorizationRequest, Binding, Code, Credential, Grant, Introspector, Issuance, Session, Target } from './types.ts'
import type { SingleUse } from './used-once.ts'

/** Everything that one specification adds to the server. There are no extension points besides these. */
export interface Feature {
  id: string
  /** The specification, with its section where it is one of several. */
  spec: string
  requires?: readonly string[]

  // Items that are looked up by name.
  endpoints?: readonly Endpoint[]
  grantTypes?: readonly GrantType[]
  clientAuth?: readonly ClientAuth[]
  responseTypes?: readonly ResponseType[]
  responseModes?: readonly ResponseMode[]
  credentials?: readonly CredentialKind[]
  assertionTypes?: readonly AssertionType[]
  /** Authorization request parameters it understands, among those that the metadata advertises and that are refused when no feature understands them. Core §3.1.2.6, §6 */
  parameters?: readonly ('request' | 'request_uri' | 'registration' | 'claims')[]
  /** Parameters that may be sent several times. */
  mayRepeat?: readonly string[]
  /** Of the extensions it remembers, the names of those that refresh tokens keep. */
  lasting?: readonly string[]
  /** Further schemes of the Authorization header for access tokens, besides Bearer. In lower case. */
  tokenSchemes?: readonly string[]
  /** Headers that it lets scripts of other origins send, and those that it lets them read. */
  corsHeaders?: { request?: readonly string[]; response?: readonly string[] }
  /** Values of a client's policy, and of what binds its tokens, that are not the default and that it enforces: registration refuses all others. */
  serves?: Readonly<Partial<Record<keyof Client['policy'] | HeldMember, readonly string[]>>>
  /** Scopes it defines, in words for the consent page. */
  scopes?: Readonly<Record<string, string>>

  // Hooks of the authorization and the token request. Each reads only its own parameters, so their order does not matter.
  /** Any request of a client: the client of this identifier, where it is not simply the stored one. At most one feature returns any. */
  findClient?(ctx: Ctx, named: NamedClient): Promise<Client | undefined>
  /** Authorization request: the parameters that it refers to; undefined for a plain request. At most one feature returns any. */
  resolveRequest?(ctx: Ctx, ask: { params: Params; client: Client; address: string }): Promise<ResolvedRequest | undefined>
  /** Authorization request: values of `prompt` that it adds in this tenant. */
  prompts?(ctx: Ctx): readonly string[]
  /** Authorization request: checks its own parameters and returns what to remember, as texts by name. */
  readRequest?(
    ctx: Ctx,
    ask: { params: Params; client: Client; type: ResponseType },
  ): Promise<Record<string, string>> | Record<string, string>
  /** Authorization request: what it demands of the sign-in. At most one feature answers. */
  demandSignIn?(ctx: Ctx, ask: { params: Params; client: Client }): SignInDemand | undefined
  /** Authorization request: scopes that the person is asked to allow although the token does not carry them. */
  consentScopes?(ctx: Ctx, asked: AuthorizationRequest): readonly string[]
  /** Authorization request: what the person is asked to allow besides scopes. `held`: the details of the grant. */
  consentItems?(ctx: Ctx, asked: AuthorizationRequest, held: readonly string[]): readonly ConsentItem[]
  /** Token request: what it remembers of the authorization, narrowed for this access token as the request says. */
  narrow?(ctx: Ctx, ask: { params: Params; issuance: Issuance }): Record<string, string>
  /** Sign-in page: the connection that people are led to instead, at first. At most one feature answers. */
  ledTo?(ctx: Ctx, asked: AuthorizationRequest): Promise<string | undefined>
  /** Answer of the challenge endpoint: headers with nonces of its own. OAuth 2.0 Attestation-Based Client Authentication (draft 11) §6.3 */
  challenge?(ctx: Ctx): Readonly<Record<string, string>>
  /** Authorization response: parameters to add. */
  respond?(ctx: Ctx, to: ResponseDestination): Record<string, string>
  /** Token request and pushed request: what the sender proved to hold. `issuing`: tokens are to be issued, which may not be without a proof. */
  proveSender?(ctx: Ctx, request: Request, client: Client, issuing: boolean): Promise<ProvenSender | undefined>
  /** Accepting an access token: the members of its `cnf` that the sender proves to hold. Refuses a proof that is wrong. RFC 7800 §3.1 */
  proveHolder?(ctx: Ctx, request: Request, shown: ShownToken): Promise<readonly string[]>
  /** Token request: an answer with a token of another issuer, in place of tokens of ours. At most one feature answers. */
  answerToken?(ctx: Ctx, ask: TokenRequest): Promise<Reply | undefined>
  /** Code redemption: refuses a client that did not make the request. */
  checkCode?(code: Code, ask: { params: Params; binding: Binding | undefined }): void
  /** Token request: the resources that the access token is for. At most one feature returns any. */
  resolveResources?(ctx: Ctx, ask: { params: Params; issuance: Issuance }): Promise<readonly Resource[]>
  /** Access token: seconds for which it may be valid at most. `binding`: what it will be bound to. */
  longestLifetime?(ctx: Ctx, about: { issuance: Issuance; target: Target; binding: Binding | undefined }): number | undefined
  /** Access token: claims to add. They never replace those of the server. */
  accessClaims?(ctx: Ctx, about: { issuance: Issuance; target: Target }): Promise<Record<string, unknown>>
  /** ID token: claims about the person to add. They never replace those of the server. */
  idTokenClaims?(ctx: Ctx, about: Issuance): Promise<Record<string, unknown>>
  /** UserInfo: claims to add. `known`: what `People.claims` says of the subject. */
  userinfoClaims?(
    ctx: Ctx,
    about: { subject: string; scope: readonly string[]; known: SubjectClaims; extra: Readonly<Record<string, unknown>> },
  ): Promise<Record<string, unknown>>
  /** Token response: members to add. */
  respondToken?(ctx: Ctx, about: IssuedTokens): Promise<Record<string, unknown>>
  /** Token response: the device secret that comes with the tokens, which is stored with them if it is new. At most one feature returns one. */
  deviceSecret?(ctx: Ctx, ask: { params: Params; issuance: Issuance }): Promise<IssuedDeviceSecret | undefined>
  /** Revocation: undefined for a token that is not of its kind. `revoked`: what ended, for the audit log. At most one feature returns any. */
  revokeToken?(ctx: Ctx, ask: { client: Client; text: string }): Promise<{ revoked: string | undefined } | undefined>
  /** Introspection: the answer in a form other than JSON, when the request asks for it. At most one feature returns one. */
  respondIntrospection?(ctx: Ctx, about: { request: Request; caller: Introspector; body: object }): Promise<Reply | undefined>

  /** Names of the claims about people that it may release. */
  claims?(ctx: Ctx): readonly string[]
  /** Metadata that does not follow from the tables above. RFC 8414 §2. */
  metadata?(ctx: Ctx): Readonly<Record<string, unknown>>
}

/** Everything one request may use. It is bound to one tenant and cannot reach another. */
export interface Ctx {
  readonly issuer: string
  readonly tenant: TenantSettings
  readonly server: Server
  readonly store: Store
  readonly people: People
  readonly keys: Keys
  /** Undefined: this tenant takes part in no federation. */
  readonly federationKeys: FederationKeys | undefined
  readonly sharedKeys: SharedKeys
  /** A further audience of the sign-in API's tokens: the operator's own APIs, which need no registration. */
  readonly firstPartyAudience: string | undefined
  readonly tokens: Tokens
  readonly remote: Remote
  readonly upstreamTokens: UpstreamTokens
  readonly mutualTls: MutualTls
  readonly keySets: KeySets
  readonly clientDocuments: ClientDocuments
  readonly pings: Pings
  readonly streamSecrets: StreamSecrets
  /** Delivers stored messages that are due after the answer, without waiting for the next turn. */
  deliverSoon(): void
  /** Seconds since the epoch. */
  now(): number
  /** 128 bits in base64url: for ids that are not secret. */
  id(): string
}

/** The assembled tables. The router and the metadata document read the same ones. */
export interface Server {
  features: readonly Feature[]
  /** The features that have this hook, in order; collected once. */
  having<K extends keyof Feature>(hook: K): readonly (Feature & Required<Pick<Feature, K>>)[]
  endpoints: ReadonlyMap<string, Endpoint>
  grantTypes: ReadonlyMap<string, GrantType>
  clientAuth: ReadonlyMap<string, ClientAuth>
  responseTypes: ReadonlyMap<string, ResponseType>
  responseModes: ReadonlyMap<string, ResponseMode>
  credentials: ReadonlyMap<string, CredentialKind>
  assertionTypes: ReadonlyMap<string, AssertionType>
  /** Parameters that may be sent several times. */
  mayRepeat: ReadonlySet<string>
  /** Parameters of the authorization request that some feature understands. */
  parameters: ReadonlySet<string>
  /** Names of the extensions of an authorization request that refresh tokens keep. */
  lasting: readonly string[]
  /** Schemes by which access tokens may be sent, in lower case. */
  tokenSchemes: readonly string[]
  corsHeaders: { request: readonly string[]; response: readonly string[] }
  /** Scopes that the server itself defines, in words for the consent page. */
  scopes: Readonly<Record<string, string>>
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Endpoint {
  /** Below the issuer, with `:names`. */
  path: string
  /** Its member of the metadata document, if it has one. What is served is what is advertised. */
  advertisedAs?: string
  methods: readonly Method[]
  /** Who calls it: a person's browser gets pages, a program gets JSON; errors of our own JSON API are problem documents. */
  audience: 'person' | 'program' | 'api'
  /** Which web origins may read the answer: any, those of the client's registration, or (absent) none. */
  cors?: 'any' | 'clients'
  /** A form of our own pages: only same-origin requests are accepted. */
  ownForm?: boolean
  /** How a person goes on where it refuses. */
  wayOn?: WayOn | undefined
  /** Clients authenticate here: all of them, or only those with credentials. Advertised as `…_auth_methods_supported`. */
  clientAuth?: 'any' | 'confidential'
  /** Accepted bodies; absent: a form. */
  body?: 'json' | 'either' | 'json or jwt' | 'entity statement'
  handle(ctx: Ctx, request: Request, sent: RequestBody): Promise<Reply>
}

/** The token request as a grant type gets it. */
export interface TokenRequest {
  /** IP address of the caller. */
  address: string
  params: Params
  client: Client
  binding: Binding | undefined
  /** Thumbprint of the key of the client's instance, where its authentication proves one. */
  instance: string | undefined
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
  /** The part of the request that carries the credential. A request with credentials in two carriers is refused. */
  carrier: 'authorization header' | 'client_secret' | 'client_assertion' | 'client attestation' | 'client_id'
  /** Identifier of the client that the request claims to be by this method; undefined when the request does not use the method. Nothing is verified yet. */
  claimedClient(ctx: Ctx, request: Request): string | undefined
  /**
   * Why the claim is not proven, for the log only; undefined when it is. Or what proves it a single time, which the caller uses up.
   * `client`: undefined when it is not registered, which must take as long.
   */
  verify(ctx: Ctx, request: Request, client: Client | undefined): Promise<string | SingleUse | undefined>
  /** Of a request that is verified: thumbprint of the key of the client's instance that sent it. Codes and refresh tokens are bound to it. */
  instance?(request: Request): string | undefined
}

/** `usesUp`: a proof that is good a single time, which the caller uses up. */
export interface ProvenSender {
  binding: Binding
  usesUp?: SingleUse
}

/** A token as it was presented. Which proof of possession it needs depends on the scheme. */
export interface ShownToken {
  text: string
  token: Credential
  scheme: string // of the Authorization header, in lower case
}

/** A credential in its own header that is accepted wherever an access token is. */
export interface CredentialKind {
  header: string // in lower case
  /** The token behind it; undefined when it is of another kind or not in force. */
  find(ctx: Ctx, text: string): Promise<Credential | undefined>
}

/** What an authorization response contains. */
export interface ResponseType {
  /** Value of `response_type`. */
  name: string
  /** The grant types for which the client must be registered. Where a tenant has disabled one, the response type is not offered. Registration §2 */
  grantTypes: readonly string[]
  /** Its code travels through the browser, where PKCE protects it. */
  code?: true
  /** Tokens that travel through the browser. Core §3.2, §3.3, RFC 6749 §4.2 */
  idToken?: true
  accessToken?: true
  /** The person answers at a page of ours: no authorization request can ask for it, and it has a response mode of the same name. */
  atPage?: true
  /** What the person must compare before they allow it. */
  comparison?(asked: AuthorizationRequest): Comparison
  /** The response mode when the request names none. OAuth 2.0 Multiple Response Type Encoding Practices §2.1 */
  defaultMode: string
  /** Issues it and ends the flow in one transaction. Undefined when the flow had already ended, and nothing was issued. */
  issue(ctx: Ctx, allowed: ApprovedRequest): Promise<Record<string, string> | undefined>
}

/** A request whose required steps are all done. */
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
  name: string // value of `response_mode`
  /** What it sends is signed. */
  signed?: true
  /** It puts the response into the query of the URL, which is logged: for tokens this mode takes its place. Encoding Practices §3, JARM §2.3.1 */
  insteadOfQuery?: string
  /** The mode that it is another name for, by the default mode of the response type. JARM §2.3.4 */
  standsFor?: Readonly<Record<string, string>>
  /** It is that of a response type `atPage`: no authorization request can ask for it. */
  atPage?: true
  reply(ctx: Ctx, address: ResponseDestination, answer: Readonly<Record<string, string>>): Promise<Reply>
}

/** Where an authorization response goes. */
export interface ResponseDestination {
  client: Client
  redirectUri: string
  state: string | undefined
  /** Session ids of the browser, the active one first, where the response says that somebody signed in to an OpenID request. */
  sessions?: readonly string[]
}
