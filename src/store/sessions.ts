/** Sessions of signed-in browsers. One lives only as long as its account exists and is active. */

import type { SessionRow } from '../identity/account.ts'
import type { IdentityStore } from '../identity/store.ts'
import type { Authentication } from '../protocol/types.ts'
import { accountFrom, columnsOfAccount, stillProven } from './account-row.ts'
import { endCodes, endDeviceSecrets, endSessions, removeSessions, tellClients } from './endings.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

export function sessions(db: Db, tenant: string, now: () => number): Pick<IdentityStore, 'sessions'> {
  return {
    sessions: {
      start: (session, passwordHash, replaces) => db.transact(() => start(tenant, session, { passwordHash, replaces, now: now() })),
      end: (which) => db.transact(() => endSessions(tenant, which, now())),
      async find(hashes, at) {
        const rows = await db.read(sql`
          select s.hash, s.sid, s.auth_time, s.acr, s.amr, s.created_at as started_at, s.last_seen_at, s.expires_at,
            s.device, s.address, ${columnsOfAccount}
          from sessions s join accounts a on a.tenant_id = s.tenant_id and a.subject = s.subject
          where s.tenant_id = ${tenant} and s.hash in ${hashes} and s.expires_at > ${at} and a.status = 'active'`)
        return rows.map((row) => ({ session: sessionFrom(row), account: accountFrom(row) }))
      },
      async of(subject, at) {
        const rows = await db.read(sql`
          select hash, sid, subject, auth_time, acr, amr, created_at as started_at, last_seen_at, expires_at, device, address from sessions
          where tenant_id = ${tenant} and subject = ${subject} and expires_at > ${at} order by last_seen_at desc, sid`)
        return rows.map(sessionFrom)
      },
      async seen(hash, at, address) {
        await db.write(sql`
          update sessions set last_seen_at = ${at}, address = ${address} where tenant_id = ${tenant} and hash = ${hash} and last_seen_at < ${at}`)
      },
      async list(ask) {
        return (await db.read(ask.subject === undefined ? ofAll(tenant, ask) : ofSubject(tenant, ask.subject, ask))).map(listed)
      },
      async bySid(sid) {
        const [row] = await db.read(sql`
          select s.hash, s.sid, s.subject, s.auth_time, s.acr, s.amr, s.created_at as started_at, s.last_seen_at, s.expires_at,
            s.device, s.address, a.username
          from sessions s join accounts a on a.tenant_id = s.tenant_id and a.subject = s.subject
          where s.tenant_id = ${tenant} and s.sid = ${sid}`)
        return row && listed(row)
      },
    },
  }
}

type Search = Parameters<IdentityStore['sessions']['list']>[0]

function ofAll(tenant: string, { after, limit, usedSince, now }: Search): Sql {
  return sql`
    select s.hash, s.sid, s.subject, s.auth_time, s.acr, s.amr, s.created_at as started_at, s.last_seen_at, s.expires_at,
      s.device, s.address, a.username
    from sessions s cross join accounts a
    where s.tenant_id = ${tenant} and a.tenant_id = s.tenant_id and a.subject = s.subject and a.status = 'active'
    and s.expires_at > ${now} and s.last_seen_at > ${usedSince}
    and (s.created_at, s.sid) < (${after?.createdAt ?? Number.MAX_SAFE_INTEGER}, ${after?.sid ?? ''})
    order by s.created_at desc, s.sid desc limit ${limit}`
}

function ofSubject(tenant: string, subject: string, { after, limit, usedSince, now }: Search): Sql {
  return sql`
    select s.hash, s.sid, s.subject, s.auth_time, s.acr, s.amr, s.created_at as started_at, s.last_seen_at, s.expires_at,
      s.device, s.address, a.username
    from sessions s cross join accounts a
    where s.tenant_id = ${tenant} and s.subject = ${subject} and a.tenant_id = s.tenant_id and a.subject = s.subject and a.status = 'active'
    and s.expires_at > ${now} and s.last_seen_at > ${usedSince}
    and (s.created_at, s.sid) < (${after?.createdAt ?? Number.MAX_SAFE_INTEGER}, ${after?.sid ?? ''})
    order by s.created_at desc, s.sid desc limit ${limit}`
}

function listed(row: Row) {
  return { ...sessionFrom(row), username: row['username'] as string }
}

interface Start {
  passwordHash: string | undefined
  replaces: readonly string[]
  now: number
}

function* start(tenant: string, session: SessionRow, { passwordHash, replaces, now }: Start): Transaction<boolean> {
  const { sid, subject } = session
  // Locks the account: waits for a change in progress, and a later change ends this session too.
  const proven = yield stillProven(tenant, subject, passwordHash)
  if (proven.length === 0) return false
  const replaced = yield* removeSessions(tenant, { hashes: replaces })
  // What a session at another provider began ends with it, under whatever id it goes on here.
  const upstream = session.upstream ?? replaced.find((one) => one.subject === subject && one.upstream)?.upstream
  const own = replaced.filter((one) => one.subject === subject).map((one) => one.sid)
  if (own.length > 0) {
    // A session under a new id is the same sign-in to the codes that were issued from it, and to the applications.
    yield sql`update codes set sid = ${sid} where tenant_id = ${tenant} and subject = ${subject} and sid in ${own}`
    yield sql`update device_secrets set sid = ${sid} where tenant_id = ${tenant} and subject = ${subject} and sid in ${own}`
    yield sql`
      update session_clients set sid = ${sid}, expires_at = ${session.expiresAt} where tenant_id = ${tenant} and sid in ${own}`
  }
  const others = replaced.filter((one) => one.subject !== subject)
  yield* endCodes(tenant, others)
  yield* endDeviceSecrets(tenant, others)
  yield* tellClients(tenant, others, now)
  yield sql`
    insert into sessions (tenant_id, hash, sid, subject, auth_time, acr, amr, created_at, last_seen_at, expires_at, device, address,
      connection, upstream_subject, upstream_sid)
    values (${tenant}, ${session.hash}, ${sid}, ${subject}, ${session.authTime}, ${session.acr}, ${session.amr.join(' ')},
      ${session.createdAt}, ${session.lastSeenAt}, ${session.expiresAt}, ${session.device ?? null}, ${session.address ?? null},
      ${upstream?.connection ?? null}, ${upstream?.subject ?? null}, ${upstream?.sid ?? null})`
  yield* endOldest(tenant, subject, now)
  return true
}

/** Sessions of one account, after which the one that was not used for longest ends: what ends all of them must stay quick. */
export const mostSessions = 200

function* endOldest(tenant: string, subject: string, now: number): Transaction<void> {
  const oldest = yield sql`
    select sid from sessions where tenant_id = ${tenant} and subject = ${subject}
    order by last_seen_at desc, created_at desc, sid limit 10 offset ${mostSessions}`
  for (const row of oldest) yield* endSessions(tenant, { subject, sid: row['sid'] as string }, now)
}

/** Of a row with its columns under their own names. */
export function authenticationFrom(row: Row): Authentication {
  return {
    subject: row['subject'] as string,
    sid: row['sid'] as string,
    authTime: row['auth_time'] as number,
    acr: row['acr'] as string,
    amr: (row['amr'] as string).split(' ').filter(Boolean),
  }
}

function sessionFrom(row: Row): SessionRow {
  return {
    hash: row['hash'] as string,
    ...authenticationFrom(row),
    createdAt: row['started_at'] as number,
    lastSeenAt: row['last_seen_at'] as number,
    expiresAt: row['expires_at'] as number,
    device: (row['device'] as string | null) ?? undefined,
    address: (row['address'] as string | null) ?? undefined,
  }
}
