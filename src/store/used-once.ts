/** Values that may be used only once, on any node. */
import type { Store } from '../protocol/ports.ts'
import type { UsedOnce } from '../protocol/types.ts'
import type { UsedOnceKind } from '../protocol/used-once.ts'
import { type Db, type Sql, sql } from './sql.ts'

export function usedOnce(db: Db, tenant: string): Pick<Store, 'usedOnce'> {
  return {
    usedOnce: {
      async first(kind, id, expiresAt) {
        return (await db.write(useOnce(tenant, kind, { id, expiresAt }))).length > 0
      },
      async wasUsed(kind, id) {
        return (await db.read(sql`select id from used_once where tenant_id = ${tenant} and kind = ${kind} and id = ${id}`)).length > 0
      },
    },
  }
}

/** Returns a row for the first caller. Times that others sign may have a fraction. RFC 7519 §2 */
export function useOnce(tenant: string, kind: UsedOnceKind, { id, expiresAt }: UsedOnce): Sql {
  return sql`
    insert into used_once (tenant_id, kind, id, expires_at) values (${tenant}, ${kind}, ${id}, ${Math.ceil(expiresAt)})
    on conflict do nothing returning id`
}
