/** Requests that wait for a person at a device of their own — OpenID Connect CIBA Core §7. */
import type { BackchannelRequest, BackchannelRequestStore } from '../protocol/kept-requests.ts'
import { addCode, answerRequest } from './codes.ts'
import { enqueue } from './outbox.ts'
import { addPushedRequest, endPushedRequest } from './pushed-requests.ts'
import { type Db, type Row, type Sql, sql } from './sql.ts'

export function backchannelRequests(db: Db, tenant: string): BackchannelRequestStore {
  return {
    backchannelRequests: {
      add: (request, kept, { ping, most, since }) =>
        db.transact(function* () {
          const { hash, clientId, subject, address, interval, createdAt, expiresAt } = request
          // Locks the account, so that of two requests at the same time the second is counted after the first.
          yield sql`update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject} returning subject`
          const waiting = yield sql`
            select b.hash from backchannel_requests b
            join pushed_requests p on p.tenant_id = b.tenant_id and p.hash = b.request
            where b.tenant_id = ${tenant} and b.subject = ${subject} and b.created_at > ${since} and b.expires_at > ${since} limit ${most}`
          if (waiting.length >= most) return false
          yield sql`
            insert into backchannel_requests (tenant_id, hash, request, client_id, subject, address, ping, every, created_at, expires_at)
            values (${tenant}, ${hash}, ${request.request}, ${clientId}, ${subject}, ${address}, ${ping?.id ?? null}, ${interval}, ${createdAt}, ${expiresAt})`
          yield addPushedRequest(tenant, kept)
          // Due when the request ends unanswered, unless an answer makes it due before.
          if (ping) yield enqueue(tenant, { ...ping, kind: 'ping', attempts: 0, lease: '', nextAt: expiresAt })
          return true
        }),
      async find(hash) {
        const [row] = await db.read(sql`
          select hash, request, client_id, subject, address, refused, every, created_at, expires_at from backchannel_requests
          where tenant_id = ${tenant} and hash = ${hash}`)
        return row && requestFrom(row)
      },
      async ofRequest(hash) {
        const [row] = await db.read(sql`
          select hash, request, client_id, subject, address, refused, every, created_at, expires_at from backchannel_requests
          where tenant_id = ${tenant} and request = ${hash}`)
        return row && requestFrom(row)
      },
      poll: (hash, now) =>
        db.transact(function* () {
          const early = yield sql`
            update backchannel_requests set every = every + 5, polled_at = ${now}
            where tenant_id = ${tenant} and hash = ${hash} and polled_at > ${now} - every returning hash`
          if (early.length > 0) return true
          yield sql`update backchannel_requests set polled_at = ${now} where tenant_id = ${tenant} and hash = ${hash}`
          return false
        }),
      allow: (code, flow, now) =>
        db.transact(function* () {
          const { asked, authentication: session } = code
          if (!(yield* answerRequest(tenant, { asked, flow, session }))) return false
          yield addCode(tenant, code)
          yield tell(tenant, code.hash, now)
          return true
        }),
      refuse: (hash, now) =>
        db.transact(function* () {
          const [row] = yield sql`
            update backchannel_requests set refused = 1 where tenant_id = ${tenant} and hash = ${hash} and exists
            (select 1 from pushed_requests p where p.tenant_id = ${tenant} and p.hash = backchannel_requests.request) returning request`
          if (row === undefined || (yield endPushedRequest(tenant, row['request'] as string)).length === 0) return false
          yield tell(tenant, hash, now)
          return true
        }),
    },
  }
}

/** The notification of the client is due now. */
function tell(tenant: string, hash: string, now: number): Sql {
  return sql`
    update outbox set next_at = ${now} where tenant_id = ${tenant} and id in
    (select ping from backchannel_requests where tenant_id = ${tenant} and hash = ${hash}) and attempts = 0`
}

function requestFrom(row: Row): BackchannelRequest {
  return {
    hash: row['hash'] as string,
    request: row['request'] as string,
    clientId: row['client_id'] as string,
    subject: row['subject'] as string,
    address: row['address'] as string,
    refused: row['refused'] === 1,
    interval: row['every'] as number,
    createdAt: row['created_at'] as number,
    expiresAt: row['expires_at'] as number,
  }
}
