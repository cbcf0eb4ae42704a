/** Ports that only administration uses. Times are in seconds since the epoch. */
import type { ConnectionMetadata } from '../connections/connection.ts'
import type { WebhookMetadata } from '../identity/webhooks.ts'
import type { ClientMetadata } from '../protocol/client.ts'
import type { CredentialConfiguration } from '../protocol/credential-configuration.ts'
import type { FederationEntity } from '../protocol/federation/entity.ts'
import type { ApiKey, Assignee, SecretRow, StoredApiKey } from '../protocol/registry.ts'
import type { ResourceMetadata } from '../protocol/resource.ts'
import type { TrustedIssuer } from '../protocol/trusted-issuer.ts'
import type { MaybePromise } from './configuration.ts'

/** What a file declares for a tenant, and what is to be removed. */
export interface Declaration {
  /** A secret replaces all others, and so do assignees. */
  clients: { client: ClientMetadata; secret: SecretRow | undefined; assignees?: readonly Assignee[] | undefined }[]
  resources: { resource: ResourceMetadata; secret: SecretRow | undefined }[]
  /** No sealed secret: it keeps the one it has. */
  connections: { connection: ConnectionMetadata; sealedSecret: string | undefined }[]
  trustedIssuers: readonly TrustedIssuer[]
  /** No sealed secret: it keeps the one it has. Absent: none. */
  webhooks?: readonly { webhook: WebhookMetadata; sealedSecret: string | undefined }[]
  credentials: readonly CredentialConfiguration[]
  /** Absent: none. */
  entities?: readonly FederationEntity[]
  removed: {
    clients: readonly string[]
    resources: readonly string[]
    connections: readonly string[]
    webhooks?: readonly string[]
    credentials: readonly string[]
    trustedIssuers: readonly string[]
    entities?: readonly Pick<FederationEntity, 'role' | 'entity_id'>[]
  }
}

export interface DeclarationStore {
  /** Applies all of it or nothing. Rejects with UniqueViolation when two resources would have the same resource_id. */
  declare(declaration: Declaration, now: number): Promise<void>
}

/** A service, a machine with its own identity, as stored. */
export interface MachineRow {
  /** Its `sub`: random, never reused, never changed. */
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
     * A successor of a key in force, equal but for ID, hash and times. The old key works for `overlap` more seconds, never longer than it would
     * have; all other keys of its chain are removed, so at most two of a chain are in force. Undefined when there is no such key in force.
     */
    rotate(id: string, ask: { next: Pick<StoredApiKey, 'id' | 'hash'>; now: number; overlap: number }): Promise<StoredApiKey | undefined>
    find(id: string): Promise<StoredApiKey | undefined>
    /** True when there was one. */
    remove(id: string): Promise<boolean>
    /** Expired ones too, each with the name of its owner, in order of id, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<(ApiKey & { username: string })[]>
  }
}

/** A tenant as stored. */
export interface TenantRow {
  /** Never changes, never reused. */
  id: string
  /** Unique, and part of its URLs. Empty for the root tenant. */
  slug: string
  name: string
  /** Its own host; unique. */
  host: string | undefined
  settings: Readonly<Record<string, unknown>>
  status: 'active' | 'suspended'
  createdAt: number
}

export interface TenantStore {
  /** Another number after each change of any tenant, as soon as `configuration.ts` promises. */
  version(): MaybePromise<number>
  /** False when id, slug or host is taken. */
  add(tenant: TenantRow): Promise<boolean>
  find(id: string): Promise<TenantRow | undefined>
  bySlug(slug: string): Promise<TenantRow | undefined>
  byHost(host: string): Promise<TenantRow | undefined>
  /** In order of slug, after `after`. */
  list(ask: { after?: string; limit: number }): Promise<TenantRow[]>
  /** Changes what is given, all at once. 'taken' when another tenant has the slug or host. */
  change(id: string, change: Partial<Omit<TenantRow, 'id' | 'createdAt'>>): Promise<'changed' | 'unknown' | 'taken'>
}
