/** Sign-ups whose address is not verified yet. One becomes an account in the transaction that spends its link. */
import { foldLogin, type SignUp } from '../identity/account.ts'
import type { IdentityStore } from '../identity/store.ts'
import { insert, unlessTaken } from './account-writes.ts'
import { enqueue } from './outbox.ts'
import { type Db, sql } from './sql.ts'

export function signUps(db: Db, tenant: string): Pick<IdentityStore, 'signUps'> {
  return {
    signUps: {
      add: (signUp, message) =>
        db.transact(function* () {
          yield sql`
            insert into sign_ups (tenant_id, hash, login, doc, expires_at)
            values (${tenant}, ${signUp.hash}, ${foldLogin(signUp.email)}, ${JSON.stringify(signUp)}, ${signUp.expiresAt})`
          yield enqueue(tenant, message)
        }),
      async find(hash, now) {
        const [row] = await db.read(sql`
          select doc from sign_ups where tenant_id = ${tenant} and hash = ${hash} and expires_at > ${now}`)
        return row && (JSON.parse(row['doc'] as string) as SignUp)
      },
      confirm: (hash, account, now) =>
        unlessTaken('taken', () =>
          db.transact(function* () {
            const [spent] = yield sql`
              delete from sign_ups where tenant_id = ${tenant} and hash = ${hash} and expires_at > ${now} returning login`
            if (!spent) return 'unknown'
            yield* insert(tenant, account)
            yield sql`delete from sign_ups where tenant_id = ${tenant} and login = ${spent['login'] as string}`
            return 'added'
          }),
        ),
    },
  }
}
