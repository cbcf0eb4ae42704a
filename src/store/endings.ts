/** What ends together: sessions, an account's access, its links. Every path that ends something uses these functions. */
import type { Account, LinkKind, SessionRow } from '../identity/account.ts'
import type { OutboxMessage } from '../identity/outbox.ts'
import type { EndedSession, SessionsToEnd } from '../identity/store.ts'
import { sessionRevoked } from '../protocol/event-stream.ts'
import { streamMessages, streamsToTell } from './event-streams.ts'
import { enqueue } from './outbox.ts'
import { ifSpace, type Row, type Sql, sql, type Transaction } from './sql.ts'

/** How long an application that is down is worth telling that a session has ended, in seconds. */
const worthTelling = 86_400

/** Seconds for which the process that ends a session may send the logout tokens before any other does. */
const headStart = 2

/** What is enough to identify a session that was deleted. */
export type DeletedSession = Pick<EndedSession, 'sid' | 'subject'>

/**
 * Within a transaction: the only place where sessions end. Authorization codes issued from them end too, as do pending sign-ins when
 * they are an account's. A redeemed code stays: its reuse must be noticed. The applications that people were signed in to are told.
 */
export function* endSessions(tenant: string, which: SessionsToEnd, now: number): Transaction<EndedSession[]> {
  const sessions = yield* removeSessions(tenant, which)
  const deleted = [...sessions, ...(yield* endDeviceSecrets(tenant, sessions, which))]
  if ('hashes' in which || which.connection !== undefined || which.sid !== undefined) {
    yield* endCodes(tenant, deleted)
    return yield* tellClients(tenant, deleted, now)
  }
  const { subject, except = '' } = which
  yield sql`delete from codes where tenant_id = ${tenant} and subject = ${subject} and sid <> ${except} and used_at is null`
  yield endPendingSignIns(tenant, subject)
  return yield* tellClients(tenant, deleted, now)
}

/** Ends the sign-ins of an account that wait for a second factor. */
export function endPendingSignIns(tenant: string, subject: string): Sql {
  return sql`update flows set half_id = null, half = null, half_subject = null where tenant_id = ${tenant} and half_subject = ${subject}`
}

/** Within a transaction: ends the codes that were issued from these sessions. */
export function* endCodes(tenant: string, ended: readonly DeletedSession[]): Transaction<void> {
  if (ended.length === 0) return
  const [subjects, sids] = [ended.map(({ subject }) => subject), ended.map(({ sid }) => sid)]
  yield sql`delete from codes where tenant_id = ${tenant} and subject in ${subjects} and sid in ${sids} and used_at is null`
}

/**
 * Within a transaction: ends the sign-ins that applications on a device share. Those of a person whom `which` names end too where the session
 * itself was over before; only these are returned.
 */
export function* endDeviceSecrets(
  tenant: string,
  ended: readonly DeletedSession[],
  which?: SessionsToEnd,
): Transaction<readonly DeletedSession[]> {
  const sids = ended.map(({ sid }) => sid)
  if (sids.length > 0) {
    const subjects = ended.map(({ subject }) => subject)
    yield sql`delete from device_secrets where tenant_id = ${tenant} and subject in ${subjects} and sid in ${sids}`
  }
  if (!which || 'hashes' in which || which.connection !== undefined) return []
  const { subject, sid = '', except = '' } = which
  const rows = yield sql`
    delete from device_secrets where tenant_id = ${tenant} and subject = ${subject} and (${sid} = '' or sid = ${sid}) and sid <> ${except}
    returning sid`
  return [...new Set(rows.map((row) => row['sid'] as string))].map((one) => ({ sid: one, subject }))
}

/** Within a transaction: queues a logout token for each application that wants them. Back-Channel Logout 1.0 §2.3, §2.5 */
export function* tellClients(tenant: string, ended: readonly DeletedSession[], now: number): Transaction<EndedSession[]> {
  if (ended.length === 0) return []
  const sids = ended.map(({ sid }) => sid)
  const rows = yield sql`
    delete from session_clients where tenant_id = ${tenant} and sid in ${sids}
    returning sid, client_id, told_sid, subject`
  const told = yield* clientsToTell(tenant, new Set(rows.map((row) => row['client_id'] as string)))
  const messages = rows
    .filter((row) => told.has(row['client_id'] as string))
    .map((row) => ({ sid: row['sid'], message: logoutMessage(row, now) }))
  for (const { message } of messages) yield ifSpace(enqueue(tenant, message))
  yield* tellStreams(tenant, ended, rows, now)
  return ended.map(({ sid, subject }) => ({
    sid,
    subject,
    clients: rows
      .filter((row) => row['sid'] === sid)
      .map((row) => ({ clientId: row['client_id'] as string, sid: row['told_sid'] as string })),
    messages: messages.filter((one) => one.sid === sid).map(({ message }) => message.id),
  }))
}

/** A session has the name that each client knows it by. OpenID CAEP 1.0 §3.1 */
function* tellStreams(tenant: string, ended: readonly DeletedSession[], rows: readonly Row[], now: number): Transaction<void> {
  const streams = yield* streamsToTell(tenant)
  if (streams.length === 0) return
  for (const { sid: own, subject } of ended) {
    const told = rows.filter((row) => row['sid'] === own).map((row) => row['told_sid'] as string)
    for (const sid of new Set([own, ...told])) {
      const event = { id: `session.${sid}`, type: sessionRevoked, at: now, subject, sid, claims: {} }
      for (const message of streamMessages(streams, event)) yield ifSpace(enqueue(tenant, message))
    }
  }
}

function* clientsToTell(tenant: string, ids: ReadonlySet<string>): Transaction<ReadonlySet<string>> {
  if (ids.size === 0) return ids
  const list = [...ids]
  const rows = yield sql`select id, doc from clients where tenant_id = ${tenant} and id in ${list} and status = 'active'`
  const told = rows.filter((row) => JSON.parse(row['doc'] as string).backchannel_logout_uri !== undefined)
  return new Set(told.map((row) => row['id'] as string))
}

/** Its id follows from the sign-in that it is about. */
function logoutMessage(row: Row, now: number): OutboxMessage {
  const [client, sid, subject] = [row['client_id'] as string, row['told_sid'] as string, row['subject'] as string]
  const content = JSON.stringify({ client, subject, sid })
  const times = { nextAt: now + headStart, expiresAt: now + worthTelling }
  return { id: `logout ${sid} ${client}`, kind: 'logout-token', sealed: '', content, attempts: 0, lease: '', ...times }
}

/** Within a transaction: the sessions alone. */
export function* removeSessions(tenant: string, which: SessionsToEnd): Transaction<(DeletedSession & Pick<SessionRow, 'upstream'>)[]> {
  const rows = yield which.connection === undefined ? deletion(tenant, which) : deletionUpstream(tenant, which)
  return rows.map((row) => ({ sid: row['sid'] as string, subject: row['subject'] as string, upstream: upstreamFrom(row) }))
}

function upstreamFrom(row: Row): SessionRow['upstream'] {
  const [connection, subject, sid] = [row['connection'], row['upstream_subject'], row['upstream_sid']]
  if (typeof connection !== 'string' || typeof subject !== 'string') return undefined
  return { connection, subject, sid: typeof sid === 'string' ? sid : undefined }
}

function deletion(tenant: string, which: Exclude<SessionsToEnd, { connection: string }>): Sql {
  if ('hashes' in which)
    return sql`
      delete from sessions where tenant_id = ${tenant} and hash in ${which.hashes}
      returning sid, subject, connection, upstream_subject, upstream_sid`
  const { subject, sid, except = '' } = which
  if (sid !== undefined)
    return sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject} and sid = ${sid} returning sid, subject`
  return sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject} and sid <> ${except} returning sid, subject`
}

/** A session of a person, any with that id, all of the person, or of everyone. Back-Channel Logout 1.0 §2.4 */
function deletionUpstream(tenant: string, which: Extract<SessionsToEnd, { connection: string }>): Sql {
  const { connection } = which
  if ('everyone' in which)
    return sql`delete from sessions where tenant_id = ${tenant} and connection = ${connection} returning sid, subject`
  const { subject, sid } = which
  if (subject === undefined)
    return sql`
      delete from sessions where tenant_id = ${tenant} and connection = ${connection} and upstream_sid = ${sid ?? null} returning sid, subject`
  return sql`
    delete from sessions where tenant_id = ${tenant} and connection = ${connection} and upstream_subject = ${subject}
    and (${sid ?? ''} = '' or upstream_sid = ${sid ?? ''}) returning sid, subject`
}

/** Within a transaction: ends the account's sessions and revokes its grants. */
export function* endAccess(tenant: string, subject: string, now: number): Transaction<void> {
  yield* endSessions(tenant, { subject }, now)
  yield* endOffers(tenant, subject)
  yield sql`update grants set revoked_at = ${now} where tenant_id = ${tenant} and subject = ${subject} and revoked_at is null`
  yield sql`
    delete from refresh_tokens where tenant_id = ${tenant}
    and grant_id in (select id from grants where tenant_id = ${tenant} and subject = ${subject})`
}

/** Within a transaction: ends what wallets were offered for the account. A used offer stays: its reuse must be noticed. */
function* endOffers(tenant: string, subject: string): Transaction<void> {
  yield sql`delete from credential_offers where tenant_id = ${tenant} and subject = ${subject} and used_at is null`
}

/** Within a transaction: ends the account's links, and with them every change that waits for one. */
export function* endLinks(tenant: string, subject: string): Transaction<void> {
  yield sql`delete from links where tenant_id = ${tenant} and subject = ${subject}`
}

/** Links by which somebody could get into the account, or change how its owner does: not those that only invite, or verify the present address. */
const changing: readonly LinkKind[] = ['reset', 'email-change', 'connection']

/** Within a transaction: another way to sign in to the account was added, or one was removed. What waits to change that, too, ends. */
export function* endPendingChanges(tenant: string, subject: string): Transaction<void> {
  yield sql`delete from links where tenant_id = ${tenant} and subject = ${subject} and kind in ${changing}`
}

/** Within a transaction: ends what depended on the old password besides sessions and grants: links, known browsers, the count of wrong guesses. */
export function* endOfPassword(tenant: string, subject: string): Transaction<void> {
  yield* endLinks(tenant, subject)
  yield sql`delete from devices where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from attempts where tenant_id = ${tenant} and subject = ${subject}`
  yield* endOffers(tenant, subject)
}

/** Within a transaction: ends the access that a change of an account invalidates. */
export function* endAfterChange(tenant: string, before: Account, after: Account): Transaction<void> {
  const { subject } = before
  const changed = (member: keyof Account) => before[member] !== after[member]
  if (changed('passwordHash') || changed('status')) yield* endAccess(tenant, subject, after.updatedAt)
  if (changed('passwordHash')) yield* endOfPassword(tenant, subject)
  if (changed('status')) {
    yield* endLinks(tenant, subject)
    yield sql`delete from devices where tenant_id = ${tenant} and subject = ${subject}`
  }
  if (changed('email')) yield* endLinks(tenant, subject)
}
