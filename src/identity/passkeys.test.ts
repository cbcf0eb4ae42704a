/** What a passkey is made for, as its authenticator shows it — Web Authentication Level 3 §5.4.3. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../../test/app.ts'
import type { Account } from './account.ts'
import { passkeyCreation } from './passkeys.ts'

suite('a passkey is made for', () => {
  let gatehouse: TestApp
  before(async () => {
    gatehouse = await testApp('sqlite')
  })
  after(() => gatehouse.close())

  const rows: [account: Pick<Account, 'username'> & { email?: string; claims?: object }, name: string, displayName: string][] = [
    [{ username: 'ada' }, 'ada', 'ada'],
    [{ username: 'bob', email: 'bob@example.com' }, 'bob@example.com', 'bob'],
    [{ username: 'cleo', email: 'cleo@example.com', claims: { name: 'Cleo' } }, 'cleo@example.com', 'Cleo'],
  ]
  for (const [account, ...names] of rows)
    test(`${names.join(', named ')}`, async () => {
      const { signIn } = gatehouse.root
      const subject = await gatehouse.addAccount(account)
      const stored = (await signIn.store.accounts.bySubject(subject)) as Account
      const { user } = JSON.parse(await passkeyCreation(signIn, stored, 'test', gatehouse.now()))
      assert.deepEqual([user.name, user.displayName], names)
    })
})
