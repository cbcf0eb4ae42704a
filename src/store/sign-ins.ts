/** Sign-ins of people to clients, and the sessions that they are part of, in the database. */
import type { Store } from '../protocol/ports.ts'
import { type Db, sql } from './sql.ts'

export function signIns(db: Db, tenant: string): Pick<Store, 'signIns'> {
  return {
    signIns: {
      async isCurrent(sid, { now, usedSince }) {
        // A session in which the person signed in again has another `sid`, but not in the tokens of before.
        const rows = await db.read(sql`
          select sid from sessions where tenant_id = ${tenant} and expires_at > ${now} and last_seen_at > ${usedSince} and sid in (
            select ${sid} as sid union all
            select sid from session_clients where tenant_id = ${tenant} and told_sid = ${sid})`)
        return rows.length > 0
      },
    },
  }
}
