/** Names, addresses and codes as people type them and as other servers had them: each way to type one means one thing. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createAccount, LoginTaken } from '../../src/identity/accounts.ts'
import { createGroup } from '../../src/identity/groups.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type AuthenticatorApp, withApp } from '../authenticator-app.ts'
import { engines } from '../postgres.ts'
import { application, callback, shows } from './application.ts'
import { asked } from './json.ts'

const password = 'correct horse battery'
const fullWidth = (text: string) => text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
const arabic = (digits: string) => digits.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)))

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`what people type, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine)
    })
    after(() => gatehouse.close())
    const login = (email: string, more: object = {}) => asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email, password, ...more })
    const create = (account: { username: string; email?: string }) =>
      createAccount(gatehouse.root.accounts, account, { text: password, temporary: false })

    test('an international domain is one login in every spelling, and one account has it', async () => {
      const made = await create({ username: 'ada', email: 'Ada@münchen.example' })
      assert.equal(made.email, 'Ada@xn--mnchen-3ya.example')
      const spellings = [
        'ada@münchen.example',
        'ADA@MÜNCHEN.EXAMPLE',
        'ada@mu\u0308nchen.example',
        'ada@xn--mnchen-3ya.example',
        ' ada@XN--mnchen-3ya.example ',
      ]
      for (const spelling of [...spellings, fullWidth('ada@xn--mnchen-3ya.example')])
        assert.equal((await login(spelling)).status, 200, spelling)
      for (const email of spellings.slice(0, 4)) await assert.rejects(create({ username: 'another', email }), LoginTaken, email)
      const found = async (search: string) =>
        (await gatehouse.root.store.accounts.search({ search, sort: 'username', descending: false, offset: 0, limit: 9 })).accounts.length
      assert.deepEqual([await found('@münchen.example'), await found('@xn--mnchen'), await found('@munchen')], [1, 1, 0])
      for (const other of ['ada@munchen.example', 'ada@münchen.exampl']) assert.equal((await login(other)).status, 401, other)
    })

    test('an address by the rule of HTML signs in', async () => {
      for (const email of ['root@localhost', "o'hara+x/y@mail.example"]) {
        await create({ username: email.replace(/\W/g, ''), email })
        assert.equal((await login(email.toUpperCase())).status, 200, email)
      }
    })

    test('user names as other servers have them sign in', async () => {
      for (const username of ['EXAMPLE\\bob', 'bob@corp', 'Bob van Dam', 'b'.repeat(254), '李小龍', "o'bob"]) {
        await create({ username })
        assert.equal((await login(username.toUpperCase())).status, 200, username)
      }
      for (const username of ['', ' ', 'a  b', 'a\tb', 'a\u00a0b', 'a\nb', 'a\u200bb', 'b'.repeat(255)])
        await assert.rejects(create({ username }), /must be 1 to 254 characters/, JSON.stringify(username))
    })

    test('nobody who registers takes a name that is compared as an address', async () => {
      for (const username of [
        'eve@example.com',
        fullWidth('eve@example.com'),
        'eve\ufe6bexample.com',
        'e ve',
        fullWidth('eve') + '\u3000x',
      ]) {
        const refused = await asked(`${gatehouse.issuer}/register`, 'POST', {
          tenant_slug: 'root',
          username,
          email: 'mallory@example.com',
          password,
        })
        assert.deepEqual([refused.status, JSON.stringify(refused.body).includes('without spaces or @')], [422, true], username)
      }
    })

    test('names of groups are no addresses', async () => {
      await createGroup(gatehouse.root.accounts, { name: 'team@München' })
      assert.equal((await gatehouse.root.store.groups.byName('team@münchen'))?.name, 'team@München')
      assert.equal((await gatehouse.root.store.groups.search({ search: '@MÜNCH', offset: 0, limit: 9 })).total, 1)
    })

    test('codes are right in the digits of any keyboard, and with what nobody sees', async () => {
      await create({ username: 'coded' })
      const { subject } = (await gatehouse.root.store.accounts.byLogin('coded')) as { subject: string }
      const { app, recoveryCodes }: { app: AuthenticatorApp; recoveryCodes: readonly string[] } = await withApp(
        gatehouse.root,
        subject,
        gatehouse.now(),
      )
      const ways = [
        fullWidth,
        arabic,
        (code: string) => `\u200b${code.slice(0, 3)}\u00ad ${code.slice(3)}\ufeff`,
        (code: string) => code.split('').join('\u2011'),
      ]
      for (const way of ways) {
        gatehouse.advance(60)
        const otp = way(app.at(gatehouse.now()))
        assert.equal((await login('coded', { otp })).status, 200, otp)
        assert.equal((await login('coded', { otp: app.at(gatehouse.now()) })).status, 401, 'however it is written, it is used')
      }
      const [recovery = ''] = recoveryCodes
      assert.equal((await login('coded', { otp: fullWidth(recovery.toUpperCase()) })).status, 200)
      assert.equal((await login('coded', { otp: recovery })).status, 401)
    })

    test('a code that is pasted into the page may bring marks of direction along', async () => {
      await gatehouse.addClient({ client_id: 'pasted', redirect_uris: [callback], scope: 'openid' }, 'secret')
      const subject = await gatehouse.addAccount({ username: 'paster' }, password)
      const { app } = await withApp(gatehouse.root, subject, gatehouse.now())
      gatehouse.advance(60)
      const browser = gatehouse.browser()
      await browser.open(application(gatehouse, { id: 'pasted', secret: 'secret' }).url())
      await browser.submit('sign-in', { username: 'paster', password })
      const wrong = await browser.submit('second-factor', { code: '\u202e000000' })
      assert.equal(wrong.status, 401)
      const right = await browser.submit('second-factor', { code: `\u202a\u200e${fullWidth(app.at(gatehouse.now()))}\u202c` })
      assert.ok(shows(right, 'consent'))
    })
  })
}
