/** A vault entry: the tokens that one person has at one provider, and what is known of them without opening them. Times in seconds since the epoch. */

/** Whose it is: an account here, or a person as the provider names them, who has none here. */
export interface Owner {
  type: 'account' | 'upstream'
  /** Subject, here or at the provider. */
  id: string
}

/** offline: it outlives the session in which it was given. refresh: brought by an application; one for each owner. */
export type EntryKind = 'offline' | 'refresh'

export interface VaultEntry {
  id: string
  connection: string
  owner: Owner
  kind: EntryKind
  /** Whose tokens they are at the provider; undefined: it did not say. */
  upstreamSubject: string | undefined
  upstreamSession: string | undefined
  /** The account at the provider, for people. */
  label: string | undefined
  scope: readonly string[]
  /** consent-needed: the provider refuses the tokens; the person must be asked again. */
  state: 'active' | 'consent-needed'
  /** Tokens, sealed for this version of the entry. */
  sealed: string
  /** Counts changes of the tokens. */
  version: number
  /** Of the kept access token; undefined: none is kept, or the provider sets it no end. */
  accessExpiresAt: number | undefined
  /** When it is to be refreshed although nobody asks; undefined: never. */
  refreshAt: number | undefined
  createdAt: number
  updatedAt: number
  lastUsedAt: number | undefined
  /** client_id of the application that got a token last. */
  lastUsedBy: string | undefined
}

/** What is sealed. */
export interface KeptTokens {
  refresh?: string | undefined
  /** The one before, until the present one has been used: the provider may not know the present one. */
  previous?: string | undefined
  access?: string | undefined
}

/** The id under which tokens are sealed: they open for nobody else, and not in place of later ones. */
export function sealId({ id, connection, owner, version }: Pick<VaultEntry, 'id' | 'connection' | 'owner' | 'version'>): string {
  return [id, connection, owner.type, owner.id, version].join(':')
}

export function isOwner(entry: Pick<VaultEntry, 'owner' | 'connection'>, owner: Owner, connection = entry.connection): boolean {
  return entry.owner.type === owner.type && entry.owner.id === owner.id && entry.connection === connection
}
