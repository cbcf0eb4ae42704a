/** Pushed authorization requests in the database — RFC 9126. */
import type { PushedRequest } from '../protocol/kept-requests.ts'
import type { Store } from '../protocol/ports.ts'
import { type Db, type Sql, sql } from './sql.ts'
import { useAllWith } from './used-once.ts'

export function pushedRequests(db: Db, tenant: string): Pick<Store, 'pushedRequests'> {
  return {
    pushedRequests: {
      async add(request, proofs) {
        const added = addPushedRequest(tenant, request)
        if (proofs.length > 0) return useAllWith(db, tenant, proofs, [added])
        await db.write(added)
        return true
      },
      async find(hash, now) {
        const [row] = await db.read(sql`
          select client_id, doc, expires_at from pushed_requests where tenant_id = ${tenant} and hash = ${hash} and expires_at > ${now}`)
        return (
          row && {
            hash,
            clientId: row['client_id'] as string,
            expiresAt: row['expires_at'] as number,
            ...JSON.parse(row['doc'] as string),
          }
        )
      },
      end: async (hash) => (await db.write(endPushedRequest(tenant, hash))).length > 0,
    },
  }
}

export function addPushedRequest(tenant: string, { hash, clientId, expiresAt, ...doc }: PushedRequest): Sql {
  return sql`
    insert into pushed_requests (tenant_id, hash, client_id, doc, expires_at)
    values (${tenant}, ${hash}, ${clientId}, ${JSON.stringify(doc)}, ${expiresAt})`
}

/** Returns a row for the caller who uses the request up. RFC 9126 §4 */
export function endPushedRequest(tenant: string, hash: string): Sql {
  return sql`delete from pushed_requests where tenant_id = ${tenant} and hash = ${hash} returning hash`
}
