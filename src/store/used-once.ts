/** Values that may be used only once, on any node. */
import type { UsedOnce } from '../protocol/types.ts'
import type { OfKind, UsedOnceKind, UsedOnceStore } from '../protocol/used-once.ts'
import { type Db, type Sql, sql, whenTaken } from './sql.ts'

export function usedOnce(db: Db, tenant: string): UsedOnceStore {
  return {
    usedOnce: {
      async first(kind, id, expiresAt) {
        return (await db.write(useOnce(tenant, kind, { id, expiresAt }))).length > 0
      },
      all: (values) => useAllWith(db, tenant, values, []),
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

/** Uses up all of these, which are one or more, and runs `inserts`: all of it or nothing. False: one was used before. */
export function useAllWith(db: Db, tenant: string, [first, ...others]: readonly OfKind[], inserts: readonly Sql[]): Promise<boolean> {
  return db.insertIf(use(tenant, first!), [...others.map((value) => use(tenant, value)), ...inserts]).catch(whenTaken(false))
}

/** Fails when it was used before. */
function use(tenant: string, { kind, id, expiresAt }: OfKind): Sql {
  return sql`
    insert into used_once (tenant_id, kind, id, expires_at) values (${tenant}, ${kind}, ${id}, ${Math.ceil(expiresAt)}) returning id`
}
