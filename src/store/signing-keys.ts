/** Signing keys in the database, with their private keys sealed. */
import type { KeyStore, SigningKeyRow } from '../crypto/types.ts'
import type { Configuration } from './configuration.ts'
import { type Db, type Row, sql } from './sql.ts'

export function signingKeys(db: Db, tenant: string, remembering: Configuration['remembering']): KeyStore {
  const keys = remembering('signing keys', async () => {
    const rows = await db.read(sql`
      select kid, alg, generation, sealed_key, created_at, active_at, remove_at
      from signing_keys where tenant_id = ${tenant} order by alg, generation`)
    return rows.map(signingKeyFrom)
  })
  return {
    signingKeys: {
      list: async () => keys(''),
      add: (row, previousRemoveAt) =>
        db.transact(function* () {
          const added = yield sql`
            insert into signing_keys (tenant_id, kid, alg, generation, public_jwk, sealed_key, created_at, active_at, remove_at)
            values (${tenant}, ${row.kid}, ${row.alg}, ${row.generation}, ${row.publicJwk}, ${row.sealedKey}, ${row.createdAt},
              ${row.activeAt}, ${row.removeAt ?? null})
            on conflict do nothing returning kid`
          if (added.length === 0) return false
          if (previousRemoveAt !== undefined)
            yield sql`
              update signing_keys set remove_at = ${previousRemoveAt}
              where tenant_id = ${tenant} and alg = ${row.alg} and generation = ${row.generation - 1}`
          return true
        }),
      async remove(kid) {
        return (await db.write(sql`delete from signing_keys where tenant_id = ${tenant} and kid = ${kid} returning kid`)).length > 0
      },
    },
  }
}

/** Of a row with these columns, whatever its table. */
export function signingKeyFrom(row: Row): SigningKeyRow {
  return {
    kid: row['kid'] as string,
    alg: row['alg'] as SigningKeyRow['alg'],
    generation: row['generation'] as number,
    sealedKey: row['sealed_key'] as string,
    createdAt: row['created_at'] as number,
    activeAt: row['active_at'] as number,
    removeAt: (row['remove_at'] as number | null) ?? undefined,
  }
}
