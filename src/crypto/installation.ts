/** The installation's secret, which proves that the key-encryption key is the right one and is the root of all derived keys. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { derive, type Random } from './derive.ts'
import { keyIdOf, type Sealer, Unsealable } from './seal.ts'
import type { InstallationStore } from './types.ts'

export interface Installation {
  readonly id: string
  /** The keys of this tenant, always the same. */
  keys(tenantId: string): TenantKeys
}

/** The key of a tenant for this purpose, which is derived when it is used for the first time. */
export type TenantKeys = (purpose: string) => KeyObject

/** The database cannot be opened with the given keys. The message says which key it needs and what to do, and holds no secret. */
export class WrongKey extends Error {
  override readonly name = 'WrongKey'
}

type InstallationRow = NonNullable<Awaited<ReturnType<InstallationStore['find']>>>

/**
 * Opens the installation, creating its secret if the database is empty, and reseals it if the key-encryption key has changed.
 * Throws `WrongKey` when it does not open or is missing from a database that holds data: no secret is created over existing data.
 */
export async function unlock(store: InstallationStore, sealer: Sealer, random: Random): Promise<Installation> {
  const row = (await store.find()) ?? (await make(store, sealer, random))
  const secret = open(row, sealer)
  if (!sealer.isCurrent(row.sealedSecret)) await store.reseal(row.sealedSecret, sealer.seal(sealContext(row.id), secret))
  const root = createSecretKey(secret)
  return { id: row.id, keys: (tenantId) => tenantKeys(root, tenantId) }
}

function tenantKeys(root: KeyObject, tenantId: string): TenantKeys {
  const derived: Record<string, KeyObject> = {} // a map takes more memory, and there is one for each tenant
  return (purpose) => (derived[purpose] ??= derive(root, 'installation', purpose, tenantId))
}

async function make(store: InstallationStore, sealer: Sealer, random: Random): Promise<InstallationRow> {
  if (await store.hasData()) {
    const found = await store.find() // another node may have created it, and data, since the first read
    if (found) return found
    throw new WrongKey(
      'The database holds data but no installation secret, so nothing sealed in it can be opened. Restore the installation row from a backup.',
    )
  }
  const id = Buffer.from(random(16)).toString('base64url')
  const row = { id, sealedSecret: sealer.seal(sealContext(id), random(32)) }
  if (await store.first(row)) return row
  const winner = await store.find()
  if (!winner) throw new WrongKey('The installation row was deleted while it was being created. Start again.')
  return winner
}

function open(row: InstallationRow, sealer: Sealer): Buffer {
  try {
    return sealer.open(sealContext(row.id), row.sealedSecret)
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error
    const wanted = keyIdOf(row.sealedSecret)
    throw new WrongKey(
      sealer.keyIds.includes(wanted)
        ? `The installation secret is damaged: it does not open under its own key-encryption key ${wanted}. Restore it from a backup.`
        : `The database is sealed under key-encryption key ${wanted}, but the key given is ${sealer.keyIds.join(', ')}. ` +
            `Give the key ${wanted}, alone or after the new one, or start with an empty database.`,
    )
  }
}

function sealContext(id: string) {
  return { purpose: 'installation', tenant: '', id }
}
