/** Federation keys in the database, with their private keys sealed; those that were removed stay as public keys — OpenID Federation 1.0 §8.7. */
import type { KeyStore } from '../crypto/types.ts'
import type { FederationStore, FormerKey } from '../protocol/federation/store.ts'
import type { Configuration } from './configuration.ts'
import { signingKeyFrom } from './signing-keys.ts'
import { type Db, type Row, sql } from './sql.ts'

export interface FederationKeyStore {
  /** In the form of the signing keys of the tenant, which a keyring takes. */
  federationKeys: KeyStore['signingKeys']
}

export function federationKeys(
  db: Db,
  tenant: string,
  { now, remembering }: { now: () => number; remembering: Configuration['remembering'] },
): FederationKeyStore & { federation: Pick<FederationStore['federation'], 'formerKeys'> } {
  const all = remembering('federation key rows', async () =>
    db.read(sql`
      select kid, alg, generation, public_jwk, sealed_key, created_at, active_at, remove_at, removed_at, revoked
      from federation_keys where tenant_id = ${tenant} order by alg, generation`),
  )
  const keys = remembering('federation keys', async () => (await all('')).filter((row) => row['removed_at'] === null).map(signingKeyFrom))
  return {
    federation: { formerKeys: async () => (await all('')).filter((row) => row['removed_at'] !== null).map(formerFrom) },
    federationKeys: {
      list: async () => keys(''),
      add: (row, previousRemoveAt) =>
        db.transact(function* () {
          const added = yield sql`
            insert into federation_keys (tenant_id, kid, alg, generation, public_jwk, sealed_key, created_at, active_at, remove_at)
            values (${tenant}, ${row.kid}, ${row.alg}, ${row.generation}, ${row.publicJwk}, ${row.sealedKey}, ${row.createdAt},
              ${row.activeAt}, ${row.removeAt ?? null})
            on conflict do nothing returning kid`
          if (added.length === 0) return false
          if (previousRemoveAt !== undefined)
            yield sql`
              update federation_keys set remove_at = ${previousRemoveAt}
              where tenant_id = ${tenant} and alg = ${row.alg} and generation = ${row.generation - 1} and removed_at is null`
          return true
        }),
      async remove(kid) {
        const at = now()
        const rows = await db.write(sql`
          update federation_keys set sealed_key = null, removed_at = ${at}, revoked = case when remove_at <= ${at} then 0 else 1 end
          where tenant_id = ${tenant} and kid = ${kid} and removed_at is null returning kid`)
        return rows.length > 0
      },
    },
  }
}

function formerFrom(row: Row): FormerKey {
  return {
    jwk: JSON.parse(row['public_jwk'] as string),
    createdAt: row['created_at'] as number,
    removedAt: row['removed_at'] as number,
    revoked: row['revoked'] === 1,
  }
}
