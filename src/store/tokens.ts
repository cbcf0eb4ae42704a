/**
 * Refresh tokens and opaque access tokens as kept, and what takes tokens back.
 *
 * A revocation and an issue may run at once, neither seeing the other. So nothing relies on the revocation deleting every token: a
 * token whose grant or family is revoked is refused wherever it is found or spent, and the record of the revocation outlives it.
 */
import type { Store } from '../protocol/ports.ts'
import type { AccessToken, Artefact, RefreshToken } from '../protocol/types.ts'
import { stillProven } from './account-row.ts'
import { accessTokenFrom, refreshTokenFrom } from './documents.ts'
import { type Db, type Sql, sql } from './sql.ts'

/** A revocation stays at least this long: longer than any code lives and any transaction takes. Seconds. */
const SHORTEST_REVOCATION = 3600

export function tokens(db: Db, tenant: string, now: () => number): Pick<Store, 'refreshTokens' | 'accessTokens' | 'issue' | 'revocations'> {
  return {
    refreshTokens: {
      async find(hash) {
        const [row] = await db.read(sql`
          select t.doc, t.used_at from refresh_tokens t
          join grants g on g.tenant_id = t.tenant_id and g.id = t.grant_id and g.revoked_at is null
          where t.tenant_id = ${tenant} and t.hash = ${hash}
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (t.grant_id, t.family))`)
        return row && refreshTokenFrom(row['doc'] as string, row['used_at'] as number | null)
      },
    },
    accessTokens: {
      async find(hash) {
        const [row] = await db.read(sql`
          select t.doc from access_tokens t
          where t.tenant_id = ${tenant} and t.hash = ${hash}
          and not exists (select 1 from grants g where g.tenant_id = ${tenant} and g.id = t.grant_id and g.revoked_at is not null)
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (t.jti, t.grant_id, t.family))`)
        return row && accessTokenFrom(row['doc'] as string)
      },
    },
    async issue({ spend, access, refresh }) {
      const keeps: Sql[] = []
      if (access) keeps.push(keepAccess(tenant, access.hash, access.token))
      if (refresh) keeps.push(keepRefresh(tenant, refresh))
      if (spend && keeps.length === 0) return (await db.write(spending(tenant, spend))).length > 0
      if (!spend && keeps.length === 0) return true
      if (!spend && keeps.length === 1) {
        await db.write(keeps[0]!)
        return true
      }
      return db.transact(function* () {
        if (spend && (yield spending(tenant, spend)).length === 0) return false
        for (const keep of keeps) yield keep
        return true
      })
    },
    revocations: {
      async add(ids, until) {
        const [at, stays] = [now(), Math.max(until, now() + SHORTEST_REVOCATION)]
        await db.transact(function* () {
          for (const id of [...ids].sort())
            yield sql`
              insert into revocations (tenant_id, id, until) values (${tenant}, ${id}, ${stays})
              on conflict (tenant_id, id) do update set until = excluded.until where excluded.until > revocations.until`
          yield sql`update grants set revoked_at = ${at} where tenant_id = ${tenant} and id in ${ids} and revoked_at is null`
          yield sql`delete from refresh_tokens where tenant_id = ${tenant} and (family in ${ids} or grant_id in ${ids})`
        })
      },
      async any(ids) {
        const rows = await db.read(sql`
          select 1 as revoked where exists (select 1 from revocations where tenant_id = ${tenant} and id in ${ids})
          or exists (select 1 from grants where tenant_id = ${tenant} and id in ${ids} and revoked_at is not null)`)
        return rows.length > 0
      },
    },
  }
}

/** Returns a row for the one who spends. Nobody does once grant or family are revoked. */
function spending(tenant: string, { now, ...spent }: Artefact & { now: number }): Sql {
  if (spent.kind === 'password') return stillProven(tenant, spent.subject, spent.passwordHash)
  const { kind, hash } = spent
  if (kind === 'code')
    return sql`
      update codes set used_at = ${now} where tenant_id = ${tenant} and hash = ${hash} and used_at is null
      and exists (select 1 from grants g where g.tenant_id = ${tenant} and g.id = codes.grant_id and g.revoked_at is null)
      and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (codes.grant_id, codes.family))
      returning hash`
  return sql`
    update refresh_tokens set used_at = ${now} where tenant_id = ${tenant} and hash = ${hash} and used_at is null
    and exists (select 1 from grants g where g.tenant_id = ${tenant} and g.id = refresh_tokens.grant_id and g.revoked_at is null)
    and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (refresh_tokens.grant_id, refresh_tokens.family))
    returning hash`
}

function keepAccess(tenant: string, hash: string, token: AccessToken): Sql {
  return sql`
    insert into access_tokens (tenant_id, hash, jti, grant_id, family, doc, expires_at)
    values (${tenant}, ${hash}, ${token.jti}, ${token.grantId ?? null}, ${token.family ?? null}, ${JSON.stringify(token)}, ${token.expiresAt})`
}

function keepRefresh(tenant: string, token: RefreshToken): Sql {
  return sql`
    insert into refresh_tokens (tenant_id, hash, grant_id, family, doc, expires_at)
    values (${tenant}, ${token.hash}, ${token.grantId}, ${token.family}, ${JSON.stringify(token)}, ${token.expiresAt})`
}
