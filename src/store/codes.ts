/** Authorization codes in the database — RFC 6749 §4.1.2. A spent code stays until it expires, so that its reuse is noticed. */
import type { Store } from '../protocol/ports.ts'
import type { Answered, Code } from '../protocol/types.ts'
import { storedDocument } from './clients.ts'
import { codeFrom, documentOfCode } from './documents.ts'
import { endPushedRequest } from './pushed-requests.ts'
import { type Db, type Sql, sql, type Transaction } from './sql.ts'
import { useOnce } from './used-once.ts'

export function codes(db: Db, tenant: string): Pick<Store, 'codes'> {
  return {
    codes: {
      add: (code, flow) =>
        db.transact(function* () {
          const { asked, authentication: session } = code
          if (!(yield* answerRequest(tenant, { asked, flow, session }))) return false
          yield addCode(tenant, code)
          return true
        }),
      async find(hash) {
        const [row] = await db.read(sql`
          select c.hash, c.grant_id, c.family, c.doc, c.expires_at, c.used_at from codes c
          join grants g on g.tenant_id = c.tenant_id and g.id = c.grant_id and g.revoked_at is null
          where c.tenant_id = ${tenant} and c.hash = ${hash}
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (c.grant_id, c.family))`)
        return row && codeFrom(row)
      },
    },
  }
}

/** Ends the flow, the pushed request and the request object, if there are such. False: one was already ended, or the session was. */
export function* answerRequest(tenant: string, { asked, flow, session }: Omit<Answered, 'kind' | 'code'>): Transaction<boolean> {
  // Locks the session: one that ends now ends this code too, and one that has ended issues none.
  const { subject, sid } = session
  const [live] = yield sql`
    update sessions set sid = sid where tenant_id = ${tenant} and subject = ${subject} and sid = ${sid} returning expires_at`
  if (!live) return false
  if (flow !== undefined) {
    const ended = yield sql`delete from flows where tenant_id = ${tenant} and id = ${flow} returning id`
    if (ended.length === 0) return false
  }
  const { pushed, usesUp } = asked
  if (pushed !== undefined && (yield endPushedRequest(tenant, pushed)).length === 0) return false
  if (usesUp && (yield useOnce(tenant, 'request-object', usesUp)).length === 0) return false
  if (asked.scope.includes('openid') || (yield* endsWithSession(tenant, asked.clientId)))
    yield signedIn(tenant, { asked, session }, live['expires_at'] as number)
  return true
}

/** Whether its tokens end with the session: which that is must stay known when the person signs in again. */
function* endsWithSession(tenant: string, clientId: string): Transaction<boolean> {
  const [row] = yield sql`select id, doc from clients where tenant_id = ${tenant} and id = ${clientId}`
  return row !== undefined && storedDocument(row).policy.after_session === 'end'
}

/** The application is told when the session ends. Back-Channel Logout 1.0 §2.3 */
function signedIn(tenant: string, { asked, session: { subject, sid } }: Pick<Answered, 'asked' | 'session'>, expiresAt: number): Sql {
  return sql`
    insert into session_clients (tenant_id, sid, client_id, told_sid, subject, expires_at)
    values (${tenant}, ${sid}, ${asked.clientId}, ${sid}, ${subject}, ${expiresAt}) on conflict do nothing`
}

export function addCode(tenant: string, code: Code): Sql {
  return sql`
    insert into codes (tenant_id, hash, grant_id, family, doc, expires_at, subject, sid)
    values (${tenant}, ${code.hash}, ${code.grantId}, ${code.family}, ${documentOfCode(code)}, ${code.expiresAt},
      ${code.authentication.subject}, ${code.authentication.sid})`
}

/**
 * Spends a code: it returns a row for the first caller alone, and for nobody once the grant or the family is revoked (RFC 6749 §4.1.2). It is
 * run in the transaction that stores what is issued for the code.
 */
export function spendCode(tenant: string, hash: string, now: number): Sql {
  return sql`
    update codes set used_at = ${now} where tenant_id = ${tenant} and hash = ${hash} and used_at is null
    and exists (select 1 from grants g where g.tenant_id = ${tenant} and g.id = codes.grant_id and g.revoked_at is null)
    and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (codes.grant_id, codes.family))
    returning hash`
}
