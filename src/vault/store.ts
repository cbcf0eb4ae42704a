/** The store port of the vault. Each act is atomic; times are in seconds since the epoch. */
import type { Owner, VaultEntry } from './entry.ts'

/** An id under which a program knows an entry. `session`: that of the person who asked for it. */
export interface TokenId {
  id: string
  entry: string
  session: string
  createdAt: number
}

/** The next version of an entry's tokens. */
export interface Renewal {
  id: string
  /** The version that was read. */
  from: number
  sealed: string
  scope: readonly string[]
  accessExpiresAt: number | undefined
  refreshAt: number | undefined
  now: number
}

export interface VaultStore {
  vault: {
    /**
     * With the id under which a program will know it; without one, in place of the owner's earlier ones of the same connection and person upstream
     * that no program knows. False, and nothing is stored: the owner has an entry of
     * kind refresh already, or is an account that is gone.
     */
    add(entry: VaultEntry, tokenId: TokenId | undefined): Promise<boolean>
    find(id: string): Promise<VaultEntry | undefined>
    /** An owner's, newest first; of one connection or of all. */
    of(owner: Owner, connection?: string): Promise<VaultEntry[]>
    /** In order of id, after `after`. */
    list(ask: { owner?: Owner | undefined; connection?: string | undefined; after?: string; limit: number }): Promise<VaultEntry[]>
    /**
     * Leases the entry for refreshing, to one caller anywhere. Returns the number of the lease, which grows with each; undefined: another holds it,
     * or the entry has another version by now, or the provider has refused its tokens.
     */
    lease(ask: { id: string; version: number; now: number; until: number }): Promise<number | undefined>
    /** Stores renewed tokens and ends the lease. False, and nothing is stored: the entry is gone or has another version by now. */
    renew(renewal: Renewal): Promise<boolean>
    /** Ends a lease without renewal. `state`: its new state, unless the tokens were renewed meanwhile. False: it is another's lease. */
    release(ask: {
      id: string
      lease: number
      version: number
      state: VaultEntry['state']
      refreshAt: number | undefined
    }): Promise<boolean>
    /** Notes that an application got a token, unless that was noted less than `atMostEvery` seconds ago. True when it was noted. */
    used(ask: { id: string; by: string; now: number; atMostEvery: number }): Promise<boolean>
    /** Removes it with its token ids. Undefined: it was gone. */
    remove(id: string): Promise<VaultEntry | undefined>
    /** Whether another entry depends on the same authorization at the provider: of the same person, and not of another session. */
    isShared(entry: Pick<VaultEntry, 'id' | 'connection' | 'upstreamSubject' | 'upstreamSession'>): Promise<boolean>
    /** 'too many': the entry has `most`. */
    addTokenId(tokenId: TokenId, most: number): Promise<'added' | 'gone' | 'too many'>
    /** With the entry. */
    byTokenId(id: string): Promise<{ tokenId: TokenId; entry: VaultEntry } | undefined>
    /** The newest of an owner's session and connection. */
    tokenIdOf(ask: {
      owner: Owner
      connection: string
      kind: VaultEntry['kind']
      session: string | undefined
    }): Promise<TokenId | undefined>
    /** Removes it, and the entry with the last one. Undefined: it was gone. `last`: the entry is gone too. */
    removeTokenId(id: string): Promise<{ entry: VaultEntry; last: boolean } | undefined>
  }
}

/** The entries of all tenants. */
export interface VaultQueue {
  /** Those that are due for a refresh, the longest due first. `except`: tenants whose entries are left out. */
  due(ask: { now: number; limit: number; except: readonly string[] }): Promise<{ tenant: string; id: string }[]>
}
