/** Refresh tokens in the database — RFC 6749 §6. A spent one stays until it expires, so that its reuse is noticed (RFC 9700 §4.14.2). */
import type { Store } from '../protocol/ports.ts'
import type { RefreshToken } from '../protocol/types.ts'
import { documentOfRefreshToken, refreshTokenFrom } from './documents.ts'
import { type Db, type Sql, sql } from './sql.ts'

export function refreshTokens(db: Db, tenant: string): Pick<Store, 'refreshTokens'> {
  return {
    refreshTokens: {
      async find(hash) {
        const [row] = await db.read(sql`
          select t.hash, t.grant_id, t.family, t.doc, t.expires_at, t.used_at from refresh_tokens t
          join grants g on g.tenant_id = t.tenant_id and g.id = t.grant_id and g.revoked_at is null
          where t.tenant_id = ${tenant} and t.hash = ${hash}
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (t.grant_id, t.family))`)
        return row && refreshTokenFrom(row)
      },
    },
  }
}

/** Spends a refresh token: it returns a row for the first caller alone, and for nobody once the grant or the family is revoked. */
export function spendRefreshToken(tenant: string, hash: string, now: number): Sql {
  return sql`
    update refresh_tokens set used_at = ${now} where tenant_id = ${tenant} and hash = ${hash} and used_at is null
    and exists (select 1 from grants g where g.tenant_id = ${tenant} and g.id = refresh_tokens.grant_id and g.revoked_at is null)
    and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (refresh_tokens.grant_id, refresh_tokens.family))
    returning hash`
}

export function addRefreshToken(tenant: string, token: RefreshToken): Sql {
  return sql`
    insert into refresh_tokens (tenant_id, hash, grant_id, family, doc, expires_at)
    values (${tenant}, ${token.hash}, ${token.grantId}, ${token.family}, ${documentOfRefreshToken(token)}, ${token.expiresAt})`
}
