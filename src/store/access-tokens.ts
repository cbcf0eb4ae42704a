/** Opaque access tokens in the database; a JWT needs no row. */
import type { Store } from '../protocol/ports.ts'
import type { AccessToken } from '../protocol/types.ts'
import { accessTokenFrom } from './documents.ts'
import { type Db, type Sql, sql } from './sql.ts'

export function accessTokens(db: Db, tenant: string): Pick<Store, 'accessTokens'> {
  return {
    accessTokens: {
      async find(hash) {
        const [row] = await db.read(sql`
          select t.doc from access_tokens t
          where t.tenant_id = ${tenant} and t.hash = ${hash}
          and not exists (select 1 from grants g where g.tenant_id = ${tenant} and g.id = t.grant_id and g.revoked_at is not null)
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (t.jti, t.grant_id, t.family, t.sid))`)
        return row && accessTokenFrom(row['doc'] as string)
      },
    },
  }
}

export function addAccessToken(tenant: string, hash: string, token: AccessToken): Sql {
  return sql`
    insert into access_tokens (tenant_id, hash, jti, grant_id, family, sid, doc, expires_at)
    values (${tenant}, ${hash}, ${token.jti}, ${token.grantId ?? null}, ${token.family ?? null}, ${token.sid ?? null}, ${JSON.stringify(token)}, ${token.expiresAt})`
}
