/** What the database says of an access token. The token itself is signed or sealed, and needs no row. */
import { claimsOf } from '../identity/account.ts'
import type { Store } from '../protocol/ports.ts'
import { accountFrom, columnsOfAccount } from './account-row.ts'
import { type Db, sql } from './sql.ts'

export function accessTokens(db: Db, tenant: string): Pick<Store, 'accessTokens'> {
  return {
    accessTokens: {
      async holder(ids, grantId, issuedAt) {
        if (grantId === undefined) {
          const revoked = await db.read(sql`select id from revocations where tenant_id = ${tenant} and id in ${ids}`)
          return revoked.length > 0 ? undefined : {}
        }
        const [row] = await db.read(sql`
          select g.client_id as granted_to, g.subject as granted, ${columnsOfAccount} from (select ${grantId} as id) t
          left join grants g on g.tenant_id = ${tenant} and g.id = t.id
          left join accounts a on a.tenant_id = g.tenant_id and a.subject = g.subject
          where g.revoked_at is null and (g.tokens_from is null or g.tokens_from <= ${issuedAt})
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in ${ids})`)
        if (!row) return undefined
        const person = row['subject'] === null ? undefined : claimsOf(accountFrom(row))
        const grant = row['granted'] !== null && { clientId: row['granted_to'] as string, subject: row['granted'] as string }
        return { ...grant, ...(person && { person }) }
      },
    },
  }
}
