/** Counters of attempts, and the browsers known to an account. */
import type { IdentityStore } from '../identity/store.ts'
import { type Db, sql } from './sql.ts'

export function attempts(db: Db, tenant: string): Pick<IdentityStore, 'attempts' | 'devices'> {
  return {
    attempts: {
      count: (buckets, now) =>
        db.transact(function* () {
          for (const { name, limit, window, subject } of buckets) {
            const [row] = yield sql`
              insert into attempts (tenant_id, bucket, used, ends_at, subject) values (${tenant}, ${name}, 1, ${now + window}, ${subject ?? null})
              on conflict (tenant_id, bucket) do update set
                used = case when attempts.ends_at <= ${now} then 1 else attempts.used + 1 end,
                ends_at = case when attempts.ends_at <= ${now} then excluded.ends_at else attempts.ends_at end
              returning used, ends_at`
            if ((row!['used'] as number) > limit) return row!['ends_at'] as number
          }
          return undefined
        }),
      async giveBack(names) {
        await db.write(sql`update attempts set used = used - 1 where tenant_id = ${tenant} and bucket in ${names} and used > 0`)
      },
      async clear(names) {
        await db.write(sql`delete from attempts where tenant_id = ${tenant} and bucket in ${names}`)
      },
    },
    devices: {
      async knows(hash, login, now) {
        const rows = await db.read(sql`
          select 1 as known from logins l join devices d on d.tenant_id = l.tenant_id and d.subject = l.subject
          where l.tenant_id = ${tenant} and l.login = ${login} and d.hash = ${hash} and d.expires_at > ${now}`)
        return rows.length > 0
      },
      add: ({ subject, hash, expiresAt }, atMost) =>
        db.transact(function* () {
          yield sql`
            insert into devices (tenant_id, subject, hash, expires_at) values (${tenant}, ${subject}, ${hash}, ${expiresAt})
            on conflict (tenant_id, subject, hash) do update set expires_at = excluded.expires_at`
          yield sql`
            delete from devices where tenant_id = ${tenant} and subject = ${subject} and hash in
              (select hash from devices where tenant_id = ${tenant} and subject = ${subject} and hash <> ${hash}
               order by expires_at desc, hash limit 1000 offset ${atMost - 1})`
        }),
    },
  }
}
