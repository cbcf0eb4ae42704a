/** Opaque access tokens in the database; a JWT needs no row. */
import { claimsOf } from '../identity/account.ts'
import type { Store } from '../protocol/ports.ts'
import type { AccessToken } from '../protocol/types.ts'
import { accountFrom, columnsOfAccount } from './account-row.ts'
import { accessTokenFrom } from './documents.ts'
import { type Db, type Sql, sql } from './sql.ts'

export function accessTokens(db: Db, tenant: string): Pick<Store, 'accessTokens'> {
  return {
    accessTokens: {
      async find(hash) {
        const [row] = await db.read(sql`
          select t.doc, ${columnsOfAccount} from access_tokens t
          left join grants g on g.tenant_id = t.tenant_id and g.id = t.grant_id
          left join accounts a on a.tenant_id = g.tenant_id and a.subject = g.subject
          where t.tenant_id = ${tenant} and t.hash = ${hash} and g.revoked_at is null
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (t.jti, t.grant_id, t.family, t.sid))`)
        if (!row) return undefined
        const person = row['subject'] === null ? undefined : claimsOf(accountFrom(row))
        return { ...accessTokenFrom(row['doc'] as string), ...(person && { person }) }
      },
    },
  }
}

export function addAccessToken(tenant: string, hash: string, token: AccessToken): Sql {
  return sql`
    insert into access_tokens (tenant_id, hash, jti, grant_id, family, sid, doc, expires_at)
    values (${tenant}, ${hash}, ${token.jti}, ${token.grantId ?? null}, ${token.family ?? null}, ${token.sid ?? null}, ${JSON.stringify(token)}, ${token.expiresAt})`
}
