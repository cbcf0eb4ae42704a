/** Requests at upstream providers that wait for an answer: by the hash of their state, taken once. */
import type { UpstreamRequest, UpstreamRequestStore } from '../connections/store.ts'
import { type Db, sql } from './sql.ts'

export function upstreamRequests(db: Db, tenant: string): UpstreamRequestStore {
  return {
    upstreamRequests: {
      async add({ hash, connection, ...rest }, expiresAt) {
        await db.write(sql`
          insert into upstream_requests (tenant_id, hash, connection, doc, expires_at)
          values (${tenant}, ${hash}, ${connection}, ${JSON.stringify(rest)}, ${expiresAt})`)
      },
      async take(hash, now) {
        const [row] = await db.write(sql`
          delete from upstream_requests where tenant_id = ${tenant} and hash = ${hash} and expires_at > ${now} returning connection, doc`)
        return row && ({ hash, connection: row['connection'] as string, ...JSON.parse(row['doc'] as string) } as UpstreamRequest)
      },
    },
  }
}
