/** The outbox: messages of all tenants that wait for delivery. */
import type { OutboxMessage, OutboxQueue, OutboxStore, QueuedMessage } from '../identity/outbox.ts'
import { type Db, ifSpace, type Row, type Sql, sql } from './sql.ts'

export function outbox(db: Db, tenant: string): { outbox: OutboxStore } {
  return {
    outbox: {
      async add(message) {
        await db.write(ifSpace(enqueue(tenant, message)))
      },
    },
  }
}

/** For the transaction of the change that the message is about. */
export function enqueue(tenant: string, { id, kind, sealed, content, stream, attempts, lease, nextAt, expiresAt }: OutboxMessage): Sql {
  return sql`
    insert into outbox (tenant_id, id, kind, sealed, content, stream_id, attempts, lease, next_at, expires_at)
    values (${tenant}, ${id}, ${kind}, ${sealed}, ${content ?? null}, ${stream ?? null}, ${attempts}, ${lease}, ${nextAt}, ${expiresAt})`
}

/** What this message says from now on; who delivers it, and when, stays. */
export function sealAnew(tenant: string, { id, sealed }: Pick<OutboxMessage, 'id' | 'sealed'>): Sql {
  return sql`update outbox set sealed = ${sealed} where tenant_id = ${tenant} and id = ${id}`
}

export function outboxQueue(db: Db): OutboxQueue {
  return {
    async claim({ lease, now, until, limit }) {
      // `next_at` is compared twice: a node that waited for another's claim finds the row leased.
      const rows = await db.write(sql`
        update outbox set lease = ${lease}, next_at = ${until}, attempts = attempts + 1
        where (tenant_id, id) in (select tenant_id, id from outbox where next_at <= ${now} order by next_at limit ${limit})
        and next_at <= ${now}
        returning tenant_id, id, kind, sealed, attempts, lease, next_at, expires_at, content`)
      return rows.map(messageFrom)
    },
    async claimThese({ tenant, ids, lease, now, until }) {
      const rows = await db.write(sql`
        update outbox set lease = ${lease}, next_at = ${until}, attempts = attempts + 1
        where tenant_id = ${tenant} and id in ${ids} and (next_at <= ${now} or attempts = 0)
        returning tenant_id, id, kind, sealed, attempts, lease, next_at, expires_at, content`)
      return rows.map(messageFrom)
    },
    async defer({ tenant, id, lease }, nextAt) {
      await db.write(sql`update outbox set next_at = ${nextAt} where tenant_id = ${tenant} and id = ${id} and lease = ${lease}`)
    },
    async remove({ tenant, id, lease }) {
      const rows = await db.write(sql`
        delete from outbox where tenant_id = ${tenant} and id = ${id} and lease = ${lease} returning id`)
      return rows.length > 0
    },
  }
}

function messageFrom(row: Row): QueuedMessage {
  return {
    tenant: row['tenant_id'] as string,
    id: row['id'] as string,
    kind: row['kind'] as OutboxMessage['kind'],
    sealed: row['sealed'] as string,
    content: (row['content'] as string | null) ?? undefined,
    attempts: row['attempts'] as number,
    lease: row['lease'] as string,
    nextAt: row['next_at'] as number,
    expiresAt: row['expires_at'] as number,
  }
}
