/**
 * Revocations in the database — RFC 7009.
 *
 * A revocation and an issue may run at the same time without seeing each other, so nothing relies on a revocation deleting every token: a
 * token whose grant or family is revoked is refused wherever it is found or spent, and the record of the revocation outlives the token.
 */
import type { Store } from '../protocol/ports.ts'
import { type Db, type Sql, sql } from './sql.ts'

/** A revocation stays at least this long: longer than any code lives and any transaction takes. Seconds. */
const SHORTEST_REVOCATION = 3600

export function revocations(db: Db, tenant: string, now: () => number): Pick<Store, 'revocations'> {
  return {
    revocations: {
      async add(ids, until) {
        const [at, stays] = [now(), Math.max(until, now() + SHORTEST_REVOCATION)]
        await db.transact(function* () {
          for (const id of [...ids].sort()) yield revocation(tenant, id, stays)
          yield sql`update grants set revoked_at = ${at} where tenant_id = ${tenant} and id in ${ids} and revoked_at is null`
          // Two statements: for an "or" SQLite would read every row of the tenant.
          yield sql`delete from refresh_tokens where tenant_id = ${tenant} and family in ${ids}`
          yield sql`delete from refresh_tokens where tenant_id = ${tenant} and grant_id in ${ids}`
        })
      },
    },
  }
}

/** `until`: when the last token that it revokes expires, in seconds since the epoch. */
export function revocation(tenant: string, id: string, until: number): Sql {
  return sql`
    insert into revocations (tenant_id, id, until) values (${tenant}, ${id}, ${until})
    on conflict (tenant_id, id) do update set until = excluded.until where excluded.until > revocations.until`
}
