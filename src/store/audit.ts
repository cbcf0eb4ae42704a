/** The audit log in the database. */
import type { AuditSearch, StoredAuditEvent } from '../identity/audit-entry.ts'
import type { OutboxMessage } from '../identity/outbox.ts'
import type { IdentityStore } from '../identity/store.ts'
import { type Webhook, type WebhookMessage, wants } from '../identity/webhooks.ts'
import { credentialChange, credentialChangeOf, type EventStream } from '../protocol/event-stream.ts'
import type { MaybePromise } from './configuration.ts'
import { streamMessages } from './event-streams.ts'
import { enqueue } from './outbox.ts'
import { type Db, ifSpace, type Row, type Sql, sql } from './sql.ts'

/** For how long an event is worth sending to a webhook, in seconds. */
const worthSending = 259_200

/** Who is told of events as they are added. */
export interface Told {
  webhooks: readonly Webhook[]
  streams: readonly EventStream[]
}

/** `told`: those of the tenant. */
export function audit(db: Db, tenant: string, told: () => MaybePromise<Told>): Pick<IdentityStore, 'audit'> {
  return {
    audit: {
      async add(entries, expiresAt) {
        const { webhooks, streams } = await told()
        const messages = entries.flatMap((entry) => [
          ...webhooks.filter((one) => wants(one, entry.act)).map((one) => messageFor(one, entry)),
          ...credentialMessages(streams, entry),
        ])
        await db.transact(function* () {
          for (const entry of entries) yield insert(tenant, entry, expiresAt)
          for (const message of messages) yield ifSpace(enqueue(tenant, message))
        })
      },
      async search(ask) {
        return (await db.read(ask.newestFirst ? newest(tenant, ask) : oldest(tenant, ask))).map(eventFrom)
      },
    },
  }
}

function insert(
  tenant: string,
  { id, at, act, outcome, by, target, detail, requestId, address }: StoredAuditEvent,
  expiresAt: number,
): Sql {
  return sql`
    insert into audit (tenant_id, id, at, act, outcome, by_type, by_id, target, detail, request_id, address, expires_at)
    values (${tenant}, ${id}, ${at}, ${act}, ${outcome}, ${by?.type ?? null}, ${by?.id ?? null}, ${target ?? null},
      ${JSON.stringify(detail ?? {})}, ${requestId ?? null}, ${address ?? null}, ${expiresAt})`
}

/** OpenID CAEP 1.0 §3.3 */
function credentialMessages(streams: readonly EventStream[], { id, at, target, ...event }: StoredAuditEvent): OutboxMessage[] {
  const changed = credentialChangeOf(event)
  if (changed === undefined || target === undefined) return []
  const initiating = event.by?.type === 'user' && event.by.id === target ? 'user' : 'admin'
  return streamMessages(streams, { id, type: credentialChange, at, subject: target, claims: { ...changed, initiating_entity: initiating } })
}

function messageFor({ name }: Webhook, event: StoredAuditEvent): OutboxMessage {
  const content = JSON.stringify({ webhook: name, event } satisfies WebhookMessage)
  const times = { nextAt: event.at, expiresAt: event.at + worthSending }
  return { id: `webhook ${event.id} ${name}`, kind: 'webhook', sealed: '', content, attempts: 0, lease: '', ...times }
}

const latest = Number.MAX_SAFE_INTEGER

/** An empty text means any: no act, ID or outcome is empty. */
function newest(tenant: string, { after, limit, ...filter }: AuditSearch): Sql {
  const { since = 0, until = latest, act = '', outcome = '' as string, by = '', target = '', about = '' } = filter
  const [at, id] = [after?.at ?? latest, after?.id ?? '']
  return sql`
    select id, at, act, outcome, by_type, by_id, target, detail, request_id, address from audit
    where tenant_id = ${tenant} and at >= ${since} and at < ${until} and (at, id) < (${at}, ${id})
    and (${act} = '' or act = ${act}) and (${outcome} = '' or outcome = ${outcome})
    and (${by} = '' or by_id = ${by}) and (${target} = '' or target = ${target})
    and (${about} = '' or by_id = ${about} or target = ${about})
    order by at desc, id desc limit ${limit}`
}

function oldest(tenant: string, { after, limit, ...filter }: AuditSearch): Sql {
  const { since = 0, until = latest, act = '', outcome = '' as string, by = '', target = '', about = '' } = filter
  const [at, id] = [after?.at ?? -1, after?.id ?? '']
  return sql`
    select id, at, act, outcome, by_type, by_id, target, detail, request_id, address from audit
    where tenant_id = ${tenant} and at >= ${since} and at < ${until} and (at, id) > (${at}, ${id})
    and (${act} = '' or act = ${act}) and (${outcome} = '' or outcome = ${outcome})
    and (${by} = '' or by_id = ${by}) and (${target} = '' or target = ${target})
    and (${about} = '' or by_id = ${about} or target = ${about})
    order by at, id limit ${limit}`
}

function eventFrom(row: Row): StoredAuditEvent {
  const [type, id] = [row['by_type'], row['by_id']]
  return {
    id: row['id'] as string,
    at: row['at'] as number,
    act: row['act'] as StoredAuditEvent['act'],
    outcome: row['outcome'] as StoredAuditEvent['outcome'],
    by: type === null ? undefined : ({ type, id } as StoredAuditEvent['by']),
    target: (row['target'] as string | null) ?? undefined,
    detail: JSON.parse(row['detail'] as string),
    requestId: (row['request_id'] as string | null) ?? undefined,
    address: (row['address'] as string | null) ?? undefined,
  }
}
