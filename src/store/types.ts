/** What the doors for administrators ask of the memory, beyond what the rules do. Times in seconds since the epoch. */
import type { ClientMetadata } from '../protocol/client.ts'
import type { Resource } from '../protocol/ports.ts'

/** A client's secret as kept. */
export interface SecretRow {
  /** Public, unique for its client. */
  id: string
  hash: string
  createdAt: number
  /** Absent: it does not expire. */
  expiresAt?: number
}

export interface ClientStore {
  clientsAdmin: {
    /** With its first secrets. False when the identifier is taken. */
    add(client: ClientMetadata, secrets: readonly SecretRow[]): Promise<boolean>
    /** Everything registered, at once; not its secrets. False when there is no such client. */
    replace(client: ClientMetadata): Promise<boolean>
    /** With its secrets and all grants given to it. True when there was one. */
    remove(id: string, now: number): Promise<boolean>
    /** In order of identifier, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<ClientMetadata[]>
    /** False when there is no such client, or it has a secret of this id. */
    addSecret(id: string, secret: SecretRow): Promise<boolean>
    removeSecret(id: string, secretId: string): Promise<boolean>
    /** Expired ones too, oldest first. */
    listSecrets(id: string): Promise<SecretRow[]>
  }
}

export interface ResourceStore {
  resourcesAdmin: {
    /** False when the identifier is taken. */
    add(resource: Resource): Promise<boolean>
    /** False when there is no such resource. */
    replace(resource: Resource): Promise<boolean>
    remove(identifier: string): Promise<boolean>
    /** In order of identifier, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<Resource[]>
  }
}

/** A tenant as kept. */
export interface TenantRow {
  /** Never changes, never reused. */
  id: string
  /** Its place in addresses; unique. Empty for the root tenant. */
  slug: string
  name: string
  /** A host of its own; unique. */
  host: string | undefined
  settings: Readonly<Record<string, unknown>>
  status: 'active' | 'suspended'
  createdAt: number
}

export interface TenantStore {
  /** False when id, slug or host is taken. */
  add(tenant: TenantRow): Promise<boolean>
  find(id: string): Promise<TenantRow | undefined>
  bySlug(slug: string): Promise<TenantRow | undefined>
  byHost(host: string): Promise<TenantRow | undefined>
  /** In order of slug, after `after`. */
  list(ask: { after?: string; limit: number }): Promise<TenantRow[]>
  /** Changes what is given, all at once. 'taken' when slug or host are another's. */
  change(id: string, change: Partial<Omit<TenantRow, 'id' | 'createdAt'>>): Promise<'changed' | 'unknown' | 'taken'>
}
