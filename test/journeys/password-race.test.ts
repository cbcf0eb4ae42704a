/** A password that is changed at the moment it is checked signs nobody in, on any path. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { Account } from '../../src/identity/account.ts'
import { givePassword, operator } from '../../src/identity/account-administration.ts'
import { createAccount, replacePassword } from '../../src/identity/accounts.ts'
import { checkPassword } from '../../src/identity/sign-in.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { application, callback } from './application.ts'
import { asked } from './json.ts'

const password = 'the password of before'

/** From now on `change` happens once, right after the next check. */
function betweenCheckAndUse(t: TestContext, { root }: TestApp, change: () => Promise<unknown>): void {
  const { passwords } = root.signIn
  const { verify } = passwords
  t.mock.method(passwords, 'verify', async (...check: Parameters<typeof verify>) => {
    const right = await verify(...check)
    t.mock.restoreAll()
    await change()
    return right
  })
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`a sign-in that races a change of the password, on ${engine}`, () => {
    const paths: Record<string, (gatehouse: TestApp, username: string) => Promise<{ status: number; left: string }>> = {
      'the page': async (gatehouse, username) => {
        const browser = gatehouse.browser()
        const page = await browser.open(application(gatehouse, { id: 'app', secret: 'secret' }).url())
        const flow = page.url.searchParams.get('flow') as string
        const { status } = await browser.post('/authorize/sign-in', { flow, username, password })
        return { status, left: [...browser.cookies.keys()].filter((name) => name.includes('session')).join() }
      },
      'the sign-in API': async (gatehouse, username) => {
        const body = { email: username, password }
        const { status, body: told } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', body)
        return { status, left: told.access_token ?? '' }
      },
      'Auto Authn': async (gatehouse, username) => {
        const { status, headers } = await asked(`${gatehouse.issuer}/login`, 'POST', { identifier: username, password })
        return { status, left: headers.get('set-cookie') ?? '' }
      },
      'the password grant': async (gatehouse, username) => {
        const app = application(gatehouse, { id: 'old', secret: 'secret' })
        const { status, body } = await app.post('/token', { grant_type: 'password', username, password })
        const changed = body.error_description === 'the password was changed, or the account suspended, at this moment'
        return { status: changed ? 401 : status, left: body.access_token ?? '' }
      },
    }

    test('signs nobody in, on any path', async (t) => {
      const gatehouse = await testApp(engine)
      t.after(() => gatehouse.close())
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      await gatehouse.addClient({ client_id: 'old', grant_types: ['password'], scope: 'openid' }, 'secret')
      for (const [path, signIn] of Object.entries(paths)) {
        const username = path.replaceAll(' ', '-')
        const subject = await gatehouse.addAccount({ username }, password)
        betweenCheckAndUse(t, gatehouse, () =>
          givePassword(gatehouse.root.accounts, operator, subject, { text: 'another', temporary: false }),
        )
        gatehouse.advance(1)
        assert.deepEqual(await signIn(gatehouse, username), { status: 401, left: '' }, path)
        const noted = await gatehouse.root.store.audit.search({ since: gatehouse.now(), limit: 9, newestFirst: false })
        assert.deepEqual(
          noted.map(({ act, outcome, target }) => [act, outcome, target]),
          [['user.sign-in', 'failure', subject]],
          path,
        )
        await givePassword(gatehouse.root.accounts, operator, subject, { text: password, temporary: false })
        assert.notEqual((await signIn(gatehouse, username)).left, '', `${path}, afterwards`)
      }
    })

    test('when the person replaces a temporary password', async (t) => {
      const gatehouse = await testApp(engine)
      t.after(() => gatehouse.close())
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      const { subject } = await createAccount(gatehouse.root.accounts, { username: 'ada' }, { text: password, temporary: true })
      const browser = gatehouse.browser()
      await browser.open(application(gatehouse, { id: 'app', secret: 'secret' }).url())
      await browser.submit('sign-in', { username: 'ada', password })
      betweenCheckAndUse(t, gatehouse, () =>
        givePassword(gatehouse.root.accounts, operator, subject, { text: 'the operator again', temporary: true }),
      )
      const refused = await browser.submit('new-password', { password: 'an own long password', repeated: 'an own long password' })
      assert.match(refused.html, /the password was changed elsewhere at this moment; go back and sign in again/)
      assert.ok(await checkPassword(gatehouse.root.signIn, 'ada', 'the operator again'))
    })

    test('of two who rehash at once both sign in; a rehash is not a password change', async (t) => {
      const gatehouse = await testApp(engine)
      t.after(() => gatehouse.close())
      const { accounts, signIn } = gatehouse.root
      const weak = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc' // of "password"
      const subject = await gatehouse.addAccount({ username: 'ada' })
      await accounts.store.accounts.change(subject, { passwordHash: weak })
      const both = await Promise.all([1, 2].map(() => checkPassword(signIn, 'ada', 'password')))
      const { passwordHash } = (await accounts.store.accounts.bySubject(subject)) as Account
      assert.notEqual(passwordHash, weak)
      assert.deepEqual(
        both.map((account) => account?.passwordHash),
        [passwordHash, passwordHash],
      )
      assert.equal(await replacePassword(accounts, { ...(both[0] as Account), passwordHash: weak }, 'an own long password'), undefined)
    })
  })
}
