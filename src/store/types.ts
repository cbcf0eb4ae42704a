/** What the doors for administrators ask of the memory, beyond what the rules do. Times in seconds since the epoch. */
import type { ClientMetadata } from '../protocol/client.ts'
import type { SecretRow } from '../protocol/registry.ts'
import type { ResourceMetadata } from '../protocol/resource.ts'
import type { ApiKey, StoredApiKey } from '../protocol/types.ts'

/** What a file declares of a tenant, and what is to be gone. */
export interface Declaration {
  /** A secret takes the place of all others. */
  clients: { client: ClientMetadata; secret: SecretRow | undefined }[]
  resources: { resource: ResourceMetadata; secret: SecretRow | undefined }[]
  removed: { clients: readonly string[]; resources: readonly string[] }
}

export interface DeclarationStore {
  /** Makes it all true, or nothing. Rejects with UniqueViolation when a resource_id would be that of two. */
  declare(declaration: Declaration, now: number): Promise<void>
}

/** A service as kept: a machine with an identity of its own. */
export interface MachineRow {
  /** The `sub` of all it does: random, never reused, never changed. */
  id: string
  /** Unique in its tenant. */
  name: string
  description: string | undefined
  status: 'active' | 'suspended'
  createdAt: number
}

export interface MachineStore {
  services: {
    /** False when id or name is taken. */
    add(service: MachineRow): Promise<boolean>
    byName(name: string): Promise<MachineRow | undefined>
    /** False when there is no such service. */
    setStatus(id: string, status: MachineRow['status']): Promise<boolean>
    /** With its API keys. True when there was one. */
    remove(id: string): Promise<boolean>
    /** In order of name, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<MachineRow[]>
  }
}

export interface ApiKeyStore {
  apiKeysAdmin: {
    /** False when there is no such owner. */
    add(key: StoredApiKey): Promise<boolean>
    /**
     * A key to follow one in force, equal but for id, hash and times. The old one works for `overlap` seconds more, never longer than it would
     * have; every other key of its chain is gone. So at most two of a chain are in force. Undefined when there is no such key in force.
     */
    rotate(id: string, ask: { next: Pick<StoredApiKey, 'id' | 'hash'>; now: number; overlap: number }): Promise<StoredApiKey | undefined>
    find(id: string): Promise<StoredApiKey | undefined>
    /** True when there was one. */
    remove(id: string): Promise<boolean>
    /** Expired ones too, each with the name of its owner, in order of id, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<(ApiKey & { username: string })[]>
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
