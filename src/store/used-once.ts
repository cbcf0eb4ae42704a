/** What may be used only once, on whichever node it arrives. */
import type { Store } from '../protocol/ports.ts'
import { type Db, sql } from './sql.ts'

export function usedOnce(db: Db, tenant: string): Pick<Store, 'usedOnce'> {
  return {
    usedOnce: {
      async first(kind, id, expiresAt) {
        const rows = await db.write(sql`
          insert into used_once (tenant_id, kind, id, expires_at) values (${tenant}, ${kind}, ${id}, ${expiresAt})
          on conflict do nothing returning id`)
        return rows.length > 0
      },
    },
  }
}
