/** Streams of security events in the database, and the events that wait in them. */
import type { OutboxMessage } from '../identity/outbox.ts'
import {
  type EventStream,
  type EventStreamStore,
  eventLifetime,
  minVerificationInterval,
  pollMethod,
  type StreamEvent,
} from '../protocol/event-stream.ts'
import { enqueue } from './outbox.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

export function eventStreams(db: Db, tenant: string): EventStreamStore {
  return {
    eventStreams: {
      async find(id) {
        const [row] = await db.read(sql`
          select id, client_id, doc, status, sealed_authorization from event_streams where tenant_id = ${tenant} and id = ${id}`)
        return row && streamFrom(row)
      },
      async ofClient(clientId) {
        const [row] = await db.read(sql`
          select id, client_id, doc, status, sealed_authorization from event_streams
          where tenant_id = ${tenant} and client_id = ${clientId}`)
        return row && streamFrom(row)
      },
      list: (ask) => listStreams(db, tenant, ask),
      async add(stream) {
        const { id, clientId, status, sealedAuthorization } = stream
        const rows = await db.write(sql`
          insert into event_streams (tenant_id, id, client_id, doc, status, sealed_authorization, verified_at)
          values (${tenant}, ${id}, ${clientId}, ${documentOf(stream)}, ${status}, ${sealedAuthorization ?? null}, 0)
          on conflict do nothing returning id`)
        return rows.length > 0
      },
      replace: (stream, now) => db.transact(() => replace(tenant, stream, now)),
      setStatus: (id, status, now) => db.transact(() => setStatus(tenant, id, status, now)),
      remove: (id) => db.transact(() => remove(tenant, id)),
      verify: (stream, event) => db.transact(() => verify(tenant, stream, event)),
      async waiting(id, limit) {
        const rows = await db.read(sql`
          select content from outbox where tenant_id = ${tenant} and stream_id = ${id} order by expires_at, id limit ${limit}`)
        return rows.map((row) => JSON.parse(row['content'] as string))
      },
      async acknowledge(id, jtis) {
        if (jtis.length === 0) return []
        const messages = jtis.map(messageId)
        const rows = await db.write(sql`
          delete from outbox where tenant_id = ${tenant} and stream_id = ${id} and id in ${messages} returning id`)
        const waited = new Set(rows.map((row) => row['id'] as string))
        return jtis.filter((jti) => waited.has(messageId(jti)))
      },
    },
  }
}

/** So many streams of a tenant get events, the first in order of id. */
const mostStreams = 200

export async function listStreams(
  db: Db,
  tenant: string,
  { after = '', limit }: { after?: string; limit: number } = { limit: mostStreams },
): Promise<EventStream[]> {
  return (await db.read(page(tenant, after, limit))).map(streamFrom)
}

/** Within a transaction: those that get events. */
export function* streamsToTell(tenant: string): Transaction<EventStream[]> {
  return (yield page(tenant, '', mostStreams)).map(streamFrom)
}

function page(tenant: string, after: string, limit: number): Sql {
  return sql`
    select id, client_id, doc, status, sealed_authorization from event_streams
    where tenant_id = ${tenant} and id > ${after} order by id limit ${limit}`
}

/** The messages by which the streams that want this event get it. `id`: of the event, unique in the tenant. */
export function streamMessages(
  streams: readonly EventStream[],
  { id, ...event }: Omit<StreamEvent, 'stream' | 'jti'> & { id: string },
): OutboxMessage[] {
  return streams
    .filter(({ status, eventsRequested }) => status !== 'disabled' && eventsRequested.includes(event.type))
    .map((stream) => messageFor(stream, { ...event, stream: stream.id, jti: `${stream.id}.${id}` }))
}

/** Events that are fetched are never due before they expire. */
function messageFor({ method }: EventStream, event: StreamEvent): OutboxMessage {
  const expiresAt = event.at + eventLifetime
  const times = { nextAt: method === pollMethod ? expiresAt : event.at, expiresAt }
  const content = JSON.stringify(event)
  return { id: messageId(event.jti), kind: 'security-event', sealed: '', content, stream: event.stream, attempts: 0, lease: '', ...times }
}

const messageId = (jti: string) => `event ${jti}`

function* replace(tenant: string, stream: EventStream, now: number): Transaction<boolean> {
  const { id, sealedAuthorization } = stream
  const rows = yield sql`
    update event_streams set doc = ${documentOf(stream)}, sealed_authorization = ${sealedAuthorization ?? null}
    where tenant_id = ${tenant} and id = ${id} returning id`
  yield stream.method === pollMethod
    ? sql`update outbox set next_at = expires_at where tenant_id = ${tenant} and stream_id = ${id}`
    : dueNow(tenant, id, now)
  return rows.length > 0
}

function* setStatus(tenant: string, id: string, status: EventStream['status'], now: number): Transaction<boolean> {
  const [row] = yield sql`
    update event_streams set status = ${status} where tenant_id = ${tenant} and id = ${id}
    returning id, client_id, doc, status, sealed_authorization`
  if (status === 'disabled') yield discarded(tenant, id)
  if (status === 'enabled' && row && streamFrom(row).method !== pollMethod) yield dueNow(tenant, id, now)
  return row !== undefined
}

function dueNow(tenant: string, id: string, now: number): Sql {
  return sql`update outbox set next_at = ${now} where tenant_id = ${tenant} and stream_id = ${id}`
}

function discarded(tenant: string, id: string): Sql {
  return sql`delete from outbox where tenant_id = ${tenant} and stream_id = ${id}`
}

function* remove(tenant: string, id: string): Transaction<boolean> {
  const removed = yield sql`delete from event_streams where tenant_id = ${tenant} and id = ${id} returning id`
  yield discarded(tenant, id)
  return removed.length > 0
}

/** Within a transaction: what waits for it is discarded when it is due. */
export function removeStreamOf(tenant: string, clientId: string): Sql {
  return sql`delete from event_streams where tenant_id = ${tenant} and client_id = ${clientId}`
}

function* verify(tenant: string, stream: EventStream, event: StreamEvent): Transaction<boolean> {
  const rows = yield sql`
    update event_streams set verified_at = ${event.at}
    where tenant_id = ${tenant} and id = ${stream.id} and verified_at <= ${event.at - minVerificationInterval} returning id`
  if (rows.length > 0) yield enqueue(tenant, messageFor(stream, event))
  return rows.length > 0
}

function documentOf({ method, endpointUrl, eventsRequested, description }: EventStream): string {
  return JSON.stringify({ method, endpointUrl, eventsRequested, description })
}

function streamFrom(row: Row): EventStream {
  const { method, endpointUrl, eventsRequested, description } = JSON.parse(row['doc'] as string)
  return {
    id: row['id'] as string,
    clientId: row['client_id'] as string,
    status: row['status'] as EventStream['status'],
    ...{ method, endpointUrl, eventsRequested, description },
    sealedAuthorization: (row['sealed_authorization'] as string | null) ?? undefined,
  }
}
