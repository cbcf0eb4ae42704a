/** Authorization codes — RFC 6749 §4.1.2, as kept. A used one stays until it expires, so that its reuse is noticed. */
import type { Store } from '../protocol/ports.ts'
import type { Code } from '../protocol/types.ts'
import { codeFrom } from './documents.ts'
import { type Db, sql } from './sql.ts'

export function codes(db: Db, tenant: string): Pick<Store, 'codes'> {
  const insert = (code: Code) => sql`
    insert into codes (tenant_id, hash, grant_id, family, doc, expires_at, subject, sid)
    values (${tenant}, ${code.hash}, ${code.grantId}, ${code.family}, ${JSON.stringify(code)}, ${code.expiresAt},
      ${code.authentication.subject}, ${code.authentication.sid})`
  return {
    codes: {
      add: (code, flow) =>
        db.transact(function* () {
          // Locks the session: one that ends now ends this code too, and one that has ended issues none.
          const { subject, sid } = code.authentication
          const live = yield sql`
            update sessions set sid = sid where tenant_id = ${tenant} and subject = ${subject} and sid = ${sid} returning sid`
          if (live.length === 0) return false
          if (flow !== undefined) {
            const ended = yield sql`delete from flows where tenant_id = ${tenant} and id = ${flow} returning id`
            if (ended.length === 0) return false
          }
          yield insert(code)
          return true
        }),
      async find(hash) {
        const [row] = await db.read(sql`
          select c.doc, c.used_at from codes c
          join grants g on g.tenant_id = c.tenant_id and g.id = c.grant_id and g.revoked_at is null
          where c.tenant_id = ${tenant} and c.hash = ${hash}
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (c.grant_id, c.family))`)
        return row && codeFrom(row['doc'] as string, row['used_at'] as number | null)
      },
    },
  }
}
