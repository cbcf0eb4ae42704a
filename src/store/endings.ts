/** What ends together: sessions, an account's access, its links. Every path that ends something uses these functions. */
import type { Account } from '../identity/account.ts'
import type { EndedSession, SessionsToEnd } from '../identity/store.ts'
import { type Sql, sql, type Transaction } from './sql.ts'

/**
 * Within a transaction: the only place where sessions end. Authorization codes issued from them end too, as do pending sign-ins when
 * they are an account's. A redeemed code stays: its reuse must be noticed.
 */
export function* endSessions(tenant: string, which: SessionsToEnd): Transaction<EndedSession[]> {
  const ended = yield* removeSessions(tenant, which)
  if (!('subject' in which) || which.sid !== undefined) {
    yield* endCodes(tenant, ended)
    return ended
  }
  const { subject, except = '' } = which
  yield sql`delete from codes where tenant_id = ${tenant} and subject = ${subject} and sid <> ${except} and used_at is null`
  yield sql`
    update flows set half_id = null, half = null, half_subject = null where tenant_id = ${tenant} and half_subject = ${subject}`
  return ended
}

/** Within a transaction: ends the codes that were issued from these sessions. */
export function* endCodes(tenant: string, ended: readonly EndedSession[]): Transaction<void> {
  if (ended.length === 0) return
  const [subjects, sids] = [ended.map(({ subject }) => subject), ended.map(({ sid }) => sid)]
  yield sql`delete from codes where tenant_id = ${tenant} and subject in ${subjects} and sid in ${sids} and used_at is null`
}

/** Within a transaction: the sessions alone. */
export function* removeSessions(tenant: string, which: SessionsToEnd): Transaction<EndedSession[]> {
  const rows = yield deletion(tenant, which)
  return rows.map((row) => ({ sid: row['sid'] as string, subject: row['subject'] as string }))
}

function deletion(tenant: string, which: SessionsToEnd): Sql {
  if ('hashes' in which) return sql`delete from sessions where tenant_id = ${tenant} and hash in ${which.hashes} returning sid, subject`
  const { subject, sid, except = '' } = which
  if (sid !== undefined)
    return sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject} and sid = ${sid} returning sid, subject`
  return sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject} and sid <> ${except} returning sid, subject`
}

/** Within a transaction: ends the account's sessions and revokes its grants. */
export function* endAccess(tenant: string, subject: string, now: number): Transaction<void> {
  yield* endSessions(tenant, { subject })
  yield sql`update grants set revoked_at = ${now} where tenant_id = ${tenant} and subject = ${subject} and revoked_at is null`
  yield sql`
    delete from refresh_tokens where tenant_id = ${tenant}
    and grant_id in (select id from grants where tenant_id = ${tenant} and subject = ${subject})`
}

/** Within a transaction: ends the account's links, and with them every change that waits for one. */
export function* endLinks(tenant: string, subject: string): Transaction<void> {
  yield sql`delete from links where tenant_id = ${tenant} and subject = ${subject}`
}

/** Within a transaction: ends what depended on the old password besides sessions and grants: links, known browsers, the count of wrong guesses. */
export function* endOfPassword(tenant: string, subject: string): Transaction<void> {
  yield* endLinks(tenant, subject)
  yield sql`delete from devices where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from attempts where tenant_id = ${tenant} and subject = ${subject}`
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
