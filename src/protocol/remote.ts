/** The port to other servers. */

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

/** Public keys of others at their `jwks_uri`. Empty while they cannot be had, which is logged. */
export interface KeySets {
  /** As they were remembered, or are now. */
  at(url: string): Promise<readonly PublicJwk[]>
  /** As they are now, for a signature that fits none of the remembered ones; as they were remembered if that was asked just before. */
  anew(url: string): Promise<readonly PublicJwk[]>
}

/** Metadata documents of clients at their client identifiers. */
export interface ClientDocuments {
  /** As it was remembered, or is now: the same object until it is fetched again. */
  at(url: string): Promise<ClientDocument | NoClientDocument>
}

export interface ClientDocument {
  /** Not checked yet. */
  members: Readonly<Record<string, unknown>>
}

export interface NoClientDocument {
  /** Its server answered, with something else. */
  answered: boolean
  /** For the log. */
  why: string
}

/** RFC 7517 §4 */
export type PublicJwk = Readonly<Record<string, unknown>>

/** What `vault/` offers the rules: access tokens of other providers, for people who let this server keep theirs. */
export interface UpstreamTokens {
  /** 'none': the person has none of this connection. 'scope': it has a scope that is not among these. 'consent': the provider refuses it. */
  token(ask: {
    subject: string
    clientId: string
    connection: string
    scope: readonly string[]
    /** How many seconds it is to last at least, if the provider gives one that long; undefined: as many as usual. */
    minTtl: number | undefined
  }): Promise<UpstreamToken | 'none' | 'scope' | 'consent'>
}

export interface UpstreamToken {
  accessToken: string
  /** Seconds; undefined: the provider does not say. */
  expiresIn: number | undefined
  scope: readonly string[]
  /** Of the vault. */
  entry: string
  /** Its use is worth a line in the audit log. */
  noted: boolean
}

/** Notifications that tell clients of an answer, delivered from the outbox. CIBA Core §10.2, §10.3 */
export interface Pings {
  /** Seals one for the store. */
  seal(ping: Ping, expiresAt: number): KeptPing
  /** Seals what the one of this id says from now on. */
  sealAnew(id: string, ping: Ping): string
  /** Sends those that are due, after the answer. */
  send(): void
}

export interface Ping {
  clientId: string
  /** Its `client_notification_token`. */
  token: string
  authReqId: string
  /** It has the tokens, not just the news of an answer. CIBA Core §10.3.1 */
  push?: true
  /** The token response, and when it was made: from then on each attempt sends the same. */
  response?: { body: Readonly<Record<string, unknown>>; madeAt: number }
}

/** A message of the outbox, sealed under its id. */
export interface SealedMessage {
  id: string
  sealed: string
}

/** One that the store keeps until it is due. */
export interface KeptPing extends SealedMessage {
  /** Until when it is worth sending, in seconds since the epoch. */
  expiresAt: number
}
