/** Sessions of signed-in browsers, as kept. One lives only as long as its account is there and active. */
import type { IdentityStore, SessionRow } from '../identity/types.ts'
import { accountFrom, stillProven } from './accounts.ts'
import { type Db, type Row, type Sql, sql } from './sql.ts'

export function sessions(db: Db, tenant: string): Pick<IdentityStore, 'sessions'> {
  return {
    sessions: {
      start: (session, passwordHash, replaces) =>
        db.transact(function* () {
          // Waits for whoever changes the account now, and makes who comes after wait, whose change then ends this session too.
          const proven = yield stillProven(tenant, session.subject, passwordHash)
          if (proven.length === 0) return false
          yield sql`delete from sessions where tenant_id = ${tenant} and hash in ${replaces}`
          yield sql`
            insert into sessions (tenant_id, hash, sid, subject, auth_time, acr, amr, created_at, last_seen_at, expires_at,
              device, address)
            values (${tenant}, ${session.hash}, ${session.sid}, ${session.subject}, ${session.authTime}, ${session.acr},
              ${session.amr.join(' ')}, ${session.createdAt}, ${session.lastSeenAt}, ${session.expiresAt},
              ${session.device ?? null}, ${session.address ?? null})`
          return true
        }),
      async find(hashes, now) {
        const rows = await db.read(sql`
          select s.hash, s.sid, s.auth_time, s.acr, s.amr, s.created_at as started_at, s.last_seen_at, s.expires_at,
            s.device, s.address, a.subject, a.username, a.email, a.password_hash, a.password_is_temporary, a.claims, a.attributes, a.status, a.role, a.created_at, a.updated_at
          from sessions s join accounts a on a.tenant_id = s.tenant_id and a.subject = s.subject
          where s.tenant_id = ${tenant} and s.hash in ${hashes} and s.expires_at > ${now} and a.status = 'active'`)
        return rows.map((row) => ({ session: sessionFrom(row), account: accountFrom(row) }))
      },
      async of(subject, now) {
        const rows = await db.read(sql`
          select hash, sid, subject, auth_time, acr, amr, created_at as started_at, last_seen_at, expires_at, device, address from sessions
          where tenant_id = ${tenant} and subject = ${subject} and expires_at > ${now} order by last_seen_at desc, sid`)
        return rows.map(sessionFrom)
      },
      async seen(hash, now, address) {
        await db.write(sql`
          update sessions set last_seen_at = ${now}, address = ${address} where tenant_id = ${tenant} and hash = ${hash} and last_seen_at < ${now}`)
      },
      async end(hashes) {
        await db.write(sql`delete from sessions where tenant_id = ${tenant} and hash in ${hashes}`)
      },
      async endOne(subject, sid) {
        const ended = await db.write(sql`
          delete from sessions where tenant_id = ${tenant} and subject = ${subject} and sid = ${sid} returning sid`)
        return ended.length > 0
      },
      async endOthers(subject, sid) {
        await db.write(sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject} and sid <> ${sid}`)
      },
      async endAll(subject) {
        await db.write(sql`delete from sessions where tenant_id = ${tenant} and subject = ${subject}`)
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

function sessionFrom(row: Row): SessionRow {
  return {
    hash: row['hash'] as string,
    sid: row['sid'] as string,
    subject: row['subject'] as string,
    authTime: row['auth_time'] as number,
    acr: row['acr'] as string,
    amr: (row['amr'] as string).split(' ').filter(Boolean),
    createdAt: row['started_at'] as number,
    lastSeenAt: row['last_seen_at'] as number,
    expiresAt: row['expires_at'] as number,
    device: (row['device'] as string | null) ?? undefined,
    address: (row['address'] as string | null) ?? undefined,
  }
}
