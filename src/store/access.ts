/** Grants as their owner sees them. */
import type { Access } from '../identity/account.ts'
import type { IdentityStore } from '../identity/store.ts'
import { allowedOf } from './grants.ts'
import { type Db, type Row, sql } from './sql.ts'

export function access(db: Db, tenant: string): Pick<IdentityStore, 'access'> {
  return {
    access: {
      async of(subject) {
        // `+ 0`: without it SQLite reads all grants of the tenant, in the order of an index.
        const rows = await db.read(sql`
          select g.id, g.client_id, g.scope, g.details, g.created_at,
            (select max(t.used_at) from refresh_tokens t where t.tenant_id = g.tenant_id and t.grant_id = g.id) as used_at
          from grants g where g.tenant_id = ${tenant} and g.subject = ${subject} and g.revoked_at is null
          order by g.created_at + 0 desc, g.id`)
        return rows.map(accessFrom)
      },
      revoke: (subject, id, now) =>
        db.transact(function* () {
          const revoked = yield sql`
            update grants set revoked_at = ${now}
            where tenant_id = ${tenant} and id = ${id} and subject = ${subject} and revoked_at is null returning id`
          if (revoked.length === 0) return false
          yield sql`delete from refresh_tokens where tenant_id = ${tenant} and grant_id = ${id}`
          return true
        }),
    },
  }
}

function accessFrom(row: Row): Access {
  return {
    id: row['id'] as string,
    clientId: row['client_id'] as string,
    ...allowedOf(row),
    createdAt: row['created_at'] as number,
    usedAt: (row['used_at'] as number | null) ?? undefined,
  }
}
