/** The store ports of connections. Each act is atomic; times are in seconds since the epoch. */
import type { Connection, ConnectionMetadata } from './connection.ts'

export interface ConnectionStore {
  connections: {
    find(name: string): Promise<Connection | undefined>
    /** The first 200 in order of name, remembered until one of them changes. */
    all(): Promise<readonly Connection[]>
    /** In order of name, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<Connection[]>
    /** False when the name is taken. `sealedSecret`: undefined when it has none. */
    add(connection: ConnectionMetadata, sealedSecret: string | undefined): Promise<boolean>
    /**
     * All but the secret; requests that wait at the provider end. 'other provider', and nothing is changed: accounts are connected through it, or
     * tokens kept, that another provider would be asked about.
     */
    replace(connection: ConnectionMetadata): Promise<'replaced' | 'unknown' | 'other provider'>
    /** Undefined removes it. False when there is no such connection. */
    setSecret(name: string, sealed: string | undefined): Promise<boolean>
    /** With everything that depends on it, also the sessions that came through it. True when there was one. */
    remove(name: string): Promise<boolean>
  }
}

/** A connection is declared to lead to another provider, and is in use. */
export class OtherProvider extends Error {
  override readonly name = 'OtherProvider'
  readonly connection: string

  constructor(connection: string) {
    super(`connection ${connection} is in use with another provider`)
    this.connection = connection
  }
}

/** A request at a provider that waits for its answer. */
export interface UpstreamRequest {
  /** Of its `state`. */
  hash: string
  connection: string
  /** sign-in: within a flow here. connect: from the account page. consent: for a program, which gave the person the URL. */
  purpose: 'sign-in' | 'connect' | 'consent'
  redirectUri: string
  scope: string
  /** For whom; absent: nobody is signed in yet. */
  owner?: { type: 'account' | 'upstream'; id: string }
  /** consent: the session of the program's token. */
  session?: string
  /** Hash of the browser's id: only that browser may bring the answer. */
  browser?: string
  /** sign-in: the id of the flow. */
  flow?: string
}

export interface UpstreamRequestStore {
  upstreamRequests: {
    add(request: UpstreamRequest, expiresAt: number): Promise<void>
    /** Uses it up. Undefined: it is unknown, was used or has expired. */
    take(hash: string, now: number): Promise<UpstreamRequest | undefined>
  }
}
