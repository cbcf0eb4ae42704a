/** Accounts: reading, adding, changing and removing them. */
import type { IdentityStore } from '../identity/store.ts'
import { administer, leave, replacePassword, search } from './account-administration.ts'
import { accountColumns, accountFrom, columnsOfAccount } from './account-row.ts'
import { changeProfile, insert, insertImported, remove, unlessTaken, update } from './account-writes.ts'
import { personalData } from './personal-data.ts'
import { type Db, sql } from './sql.ts'

export function accounts(db: Db, tenant: string): Pick<IdentityStore, 'accounts'> {
  return {
    accounts: {
      add: (account) =>
        unlessTaken(false, async () => {
          await db.transact(() => insert(tenant, account))
          return true
        }),
      import: (brought) =>
        unlessTaken(false, async () => {
          await db.transact(() => insertImported(tenant, brought))
          return true
        }),
      async bySubject(subject) {
        const [row] = await db.read(sql`
          select ${accountColumns}
          from accounts where tenant_id = ${tenant} and subject = ${subject}`)
        return row && accountFrom(row)
      },
      async byLogin(folded) {
        const [row] = await db.read(sql`
          select ${columnsOfAccount}
          from logins l join accounts a on a.tenant_id = l.tenant_id and a.subject = l.subject
          where l.tenant_id = ${tenant} and l.login = ${folded}`)
        return row && accountFrom(row)
      },
      async anyPasswordHash(text) {
        const [row] = await db.read(sql`
          select password_hash from (
            select * from (select password_hash, 1 as turn from accounts
              where tenant_id = ${tenant} and subject >= ${text} and password_hash is not null order by subject limit 1) as following
            union all
            select * from (select password_hash, 2 as turn from accounts
              where tenant_id = ${tenant} and password_hash is not null order by subject limit 1) as first_of_all
          ) as candidates order by turn limit 1`)
        return row?.['password_hash'] as string | undefined
      },
      change: (subject, change) => unlessTaken('taken', () => db.transact(() => update(tenant, subject, change))),
      changeProfile: (subject, change, now) => db.transact(() => changeProfile(tenant, subject, change, now)),
      async rehash(subject, from, to) {
        const rows = await db.write(sql`
          update accounts set password_hash = ${to}
          where tenant_id = ${tenant} and subject = ${subject} and password_hash = ${from} returning subject`)
        return rows.length > 0
      },
      personalData: (subject) => personalData(db, tenant, subject),
      leave: (subject, now) => db.transact(() => leave(tenant, subject, now)),
      remove: (subject, now) => db.transact(() => remove(tenant, subject, now)),
      async count() {
        const [row] = await db.read(sql`select count(*) as n from accounts where tenant_id = ${tenant}`)
        return row!['n'] as number
      },
      async search(ask) {
        const { rows, total } = await search(db, tenant, ask)
        return { accounts: rows.map(accountFrom), total }
      },
      administer: (act) => unlessTaken('taken', () => db.transact(() => administer(tenant, act))),
      replacePassword: (act) => db.transact(() => replacePassword(tenant, act)),
    },
  }
}
