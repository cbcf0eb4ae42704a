/** The ports of a tenant's federation, put together — OpenID Federation 1.0. */
import type { FederationStore } from '../protocol/federation/store.ts'
import type { Store } from '../protocol/ports.ts'
import type { Configuration } from './configuration.ts'
import { federationClients } from './federation-clients.ts'
import { federationEntities } from './federation-entities.ts'
import { type FederationKeyStore, federationKeys } from './federation-keys.ts'
import type { Db } from './sql.ts'
import { trustMarks } from './trust-marks.ts'

export function federation(
  db: Db,
  tenant: string,
  deps: { now: () => number; remembering: Configuration['remembering']; clients: Store['clients'] },
): FederationStore & FederationKeyStore {
  const { federationKeys: ownKeys, federation: former } = federationKeys(db, tenant, deps)
  return {
    federation: {
      ...federationEntities(db, tenant, deps.remembering).federation,
      ...former,
      ...federationClients(db, tenant, deps).federation,
    },
    federationKeys: ownKeys,
    ...trustMarks(db, tenant),
  }
}
