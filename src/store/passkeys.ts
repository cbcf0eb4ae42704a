/** Passkeys, and the challenges that they sign. */
import type { Passkey } from '../identity/factor-store.ts'
import type { IdentityStore } from '../identity/store.ts'
import { accountFrom, columnsOfAccount } from './account-row.ts'
import { endPendingChanges } from './endings.ts'
import { addition, endWithoutFactor, lock } from './factors.ts'
import { type Db, type Row, sql } from './sql.ts'

export function passkeys(db: Db, tenant: string): Pick<IdentityStore, 'passkeys' | 'challenges'> {
  return {
    passkeys: {
      add: (passkey, how) =>
        db.transact(() =>
          addition(tenant, passkey.subject, how, function* () {
            const added = yield sql`
              insert into passkeys (tenant_id, id, subject, public_key, counter, transports, synced, backed_up, name, created_at, last_used_at)
              values (${tenant}, ${passkey.id}, ${passkey.subject}, ${passkey.publicKey}, ${passkey.counter},
                ${passkey.transports.join(' ')}, ${passkey.synced ? 1 : 0}, ${passkey.backedUp ? 1 : 0}, ${passkey.name},
                ${passkey.createdAt}, ${passkey.lastUsedAt ?? null})
              on conflict do nothing returning id`
            return added.length > 0
          }),
        ),
      async of(subject) {
        const rows = await db.read(sql`
          select id, subject, public_key, counter, transports, synced, backed_up, name, created_at as made_at, last_used_at
          from passkeys where tenant_id = ${tenant} and subject = ${subject} order by created_at, id`)
        return rows.map(passkeyFrom)
      },
      async find(id) {
        const [row] = await db.read(sql`
          select p.id, p.public_key, p.counter, p.transports, p.synced, p.backed_up, p.name, p.created_at as made_at, p.last_used_at,
            ${columnsOfAccount}
          from passkeys p join accounts a on a.tenant_id = p.tenant_id and a.subject = p.subject
          where p.tenant_id = ${tenant} and p.id = ${id} and a.status = 'active'`)
        return row && { passkey: passkeyFrom(row), account: accountFrom(row) }
      },
      async used(id, { counter, backedUp, now }) {
        const rows = await db.write(sql`
          update passkeys set counter = ${counter}, backed_up = ${backedUp ? 1 : 0}, last_used_at = ${now}
          where tenant_id = ${tenant} and id = ${id} and (counter < ${counter} or (counter = 0 and ${counter === 0 ? 1 : 0} = 1)) returning id`)
        return rows.length > 0
      },
      async rename(subject, id, name) {
        const rows = await db.write(sql`
          update passkeys set name = ${name} where tenant_id = ${tenant} and subject = ${subject} and id = ${id} returning id`)
        return rows.length > 0
      },
      remove: (subject, id) =>
        db.transact(function* () {
          yield* lock(tenant, subject)
          const removed = yield sql`delete from passkeys where tenant_id = ${tenant} and subject = ${subject} and id = ${id} returning id`
          yield* endWithoutFactor(tenant, subject)
          yield* endPendingChanges(tenant, subject)
          return removed.length > 0
        }),
    },
    challenges: {
      async add({ hash, context, expiresAt }) {
        await db.write(sql`
          insert into challenges (tenant_id, hash, place, expires_at) values (${tenant}, ${hash}, ${context}, ${expiresAt})`)
      },
      async spend(hash, context, now) {
        const rows = await db.write(sql`
          delete from challenges where tenant_id = ${tenant} and hash = ${hash} and place = ${context} and expires_at > ${now} returning hash`)
        return rows.length > 0
      },
    },
  }
}

/** From a row in which `created_at` may be the account's. */
function passkeyFrom(row: Row): Passkey {
  return {
    id: row['id'] as string,
    subject: row['subject'] as string,
    publicKey: row['public_key'] as string,
    counter: row['counter'] as number,
    transports: (row['transports'] as string).split(' ').filter(Boolean),
    synced: row['synced'] === 1,
    backedUp: row['backed_up'] === 1,
    name: row['name'] as string,
    createdAt: row['made_at'] as number,
    lastUsedAt: (row['last_used_at'] as number | null) ?? undefined,
  }
}
