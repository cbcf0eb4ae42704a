/** A password that is changed in the very moment in which it is checked lets nobody in, at no door. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { givePassword, operator } from '../../src/identity/account-administration.ts'
import { createAccount, replacePassword } from '../../src/identity/accounts.ts'
import { checkPassword } from '../../src/identity/sign-in.ts'
import type { Account } from '../../src/identity/types.ts'
import { type Engine, type TestHouse, testHouse } from '../app.ts'
import { engines } from '../postgres.ts'
import { application, callback } from './application.ts'
import { asked } from './json.ts'

const password = 'the password of before'

/** From now on `change` happens once, right after the next check. */
function betweenCheckAndUse(t: TestContext, { root }: TestHouse, change: () => Promise<unknown>): void {
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
    const doors: Record<string, (house: TestHouse, username: string) => Promise<{ status: number; left: string }>> = {
      'the page': async (house, username) => {
        const browser = house.browser()
        const page = await browser.open(application(house, { id: 'app', secret: 'secret' }).url())
        const flow = page.url.searchParams.get('flow') as string
        const { status } = await browser.post('/authorize/sign-in', { flow, username, password })
        return { status, left: [...browser.cookies.keys()].filter((name) => name.includes('session')).join() }
      },
      'the sign-in API': async (house, username) => {
        const body = { email: username, password }
        const { status, body: told } = await asked(`${house.issuer}/api/v1/auth/login`, 'POST', body)
        return { status, left: told.access_token ?? '' }
      },
      'Auto Authn': async (house, username) => {
        const { status, headers } = await asked(`${house.issuer}/login`, 'POST', { identifier: username, password })
        return { status, left: headers.get('set-cookie') ?? '' }
      },
      'the password grant': async (house, username) => {
        const app = application(house, { id: 'old', secret: 'secret' })
        const { status, body } = await app.post('/token', { grant_type: 'password', username, password })
        const changed = body.error_description === 'the password was changed, or the account suspended, at this moment'
        return { status: changed ? 401 : status, left: body.access_token ?? '' }
      },
    }

    test('lets nobody in, at any door', async (t) => {
      const house = await testHouse(engine)
      t.after(() => house.close())
      await house.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      await house.addClient({ client_id: 'old', grant_types: ['password'], scope: 'openid' }, 'secret')
      for (const [door, knock] of Object.entries(doors)) {
        const username = door.replaceAll(' ', '-')
        const subject = await house.addAccount({ username }, password)
        betweenCheckAndUse(t, house, () => givePassword(house.root.accounts, operator, subject, { text: 'another', temporary: false }))
        house.wait(1)
        assert.deepEqual(await knock(house, username), { status: 401, left: '' }, door)
        const noted = await house.root.store.audit.search({ since: house.now(), limit: 9, newestFirst: false })
        assert.deepEqual(
          noted.map(({ act, outcome, target }) => [act, outcome, target]),
          [['user.sign-in', 'failure', subject]],
          door,
        )
        await givePassword(house.root.accounts, operator, subject, { text: password, temporary: false })
        assert.notEqual((await knock(house, username)).left, '', `${door}, afterwards`)
      }
    })

    test('when the person chooses an own password in place of a temporary one', async (t) => {
      const house = await testHouse(engine)
      t.after(() => house.close())
      await house.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      const { subject } = await createAccount(house.root.accounts, { username: 'ada' }, { text: password, temporary: true })
      const browser = house.browser()
      await browser.open(application(house, { id: 'app', secret: 'secret' }).url())
      await browser.submit('sign-in', { username: 'ada', password })
      betweenCheckAndUse(t, house, () =>
        givePassword(house.root.accounts, operator, subject, { text: 'the operator again', temporary: true }),
      )
      const refused = await browser.submit('new-password', { password: 'an own long password', repeated: 'an own long password' })
      assert.match(refused.html, /the password was changed elsewhere at this moment; go back and sign in again/)
      assert.ok(await checkPassword(house.root.signIn, 'ada', 'the operator again'))
    })

    test('of two who rehash at once, both are in; a rehash is no change', async (t) => {
      const house = await testHouse(engine)
      t.after(() => house.close())
      const { accounts, signIn } = house.root
      const weak = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc' // of "password"
      const subject = await house.addAccount({ username: 'ada' })
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
