/** People who come with the password they had elsewhere; and that nobody learns who they are. */
import assert from 'node:assert/strict'
import { pbkdf2Sync } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import type { Account } from '../../src/identity/account.ts'
import { createAccount } from '../../src/identity/accounts.ts'
import { importAccount, importSchema } from '../../src/identity/import-account.ts'
import { checkPassword } from '../../src/identity/sign-in.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { application, callback, shows } from './application.ts'
import { asked } from './json.ts'

const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy'
const hashes: Record<string, string> = {
  bcrypt,
  scrypt: '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$LotR5hBsHB9CxUCO58rq+Vu7mK839QrUQDCOZzmmEOI',
  django: 'pbkdf2_sha256$1000$seasalt$+rRCu5varUX/fHKPEKre6kTbf+SL44RMvTfmlqGvq+A=',
}
const password = 'imported secret'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`people who come from elsewhere, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine, { PASSWORDS_MEMORY_KIB: '19456' })
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
    })
    after(() => gatehouse.close())

    const account = async (username: string) => (await gatehouse.root.store.accounts.byLogin(username)) as Account
    async function signIn(username: string, text: string) {
      const browser = gatehouse.browser()
      await browser.open(application(gatehouse, { id: 'app', secret: 'secret' }).url())
      return browser.submit('sign-in', { username, password: text })
    }

    for (const [name, hash] of Object.entries(hashes)) {
      test(`sign in with the password they have (${name}), which from then on is hashed as ours are`, async () => {
        const made = await createAccount(gatehouse.root.accounts, { username: name }, { hash, temporary: false })
        assert.equal(made.passwordHash, hash)
        assert.equal((await signIn(name, 'another')).status, 401)
        assert.equal((await account(name)).passwordHash, hash, 'a wrong one changes nothing')
        assert.ok(shows(await signIn(name, password), 'consent'))
        const after = await account(name)
        assert.match(after.passwordHash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
        assert.equal(after.updatedAt, made.updatedAt, 'it is the same password')
        assert.ok(shows(await signIn(name, password), 'consent'))
        assert.equal((await account(name)).passwordHash, after.passwordHash)
      })
    }

    test('at the JSON sign-in too, however short the password they bring is', async () => {
      const hash = `pbkdf2_sha256$1$salt$${pbkdf2Sync('short', 'salt', 1, 32, 'sha256').toString('base64')}`
      await createAccount(gatehouse.root.accounts, { username: 'short' }, { hash, temporary: false })
      assert.equal((await asked(`${gatehouse.issuer}/login`, 'POST', { identifier: 'short', password: 'shirt' })).status, 401)
      assert.equal((await asked(`${gatehouse.issuer}/login`, 'POST', { identifier: 'short', password: 'short' })).status, 200)
    })

    test('choose a new password first when theirs is temporary; a suspended one is not signed in', async () => {
      await createAccount(gatehouse.root.accounts, { username: 'temporary' }, { hash: bcrypt, temporary: true })
      assert.ok(shows(await signIn('temporary', password), 'new-password'))
      const suspended = importSchema.parse({ username: 'suspended', password_hash: bcrypt, status: 'suspended' })
      assert.equal((await importAccount(gatehouse.root.accounts, suspended))?.status, 'suspended')
      assert.equal((await signIn('suspended', password)).status, 401)
      assert.equal((await account('suspended')).passwordHash, bcrypt)
    })

    test('a login without an account costs what one with an account costs, and no password signs it in', async (t) => {
      const tenant = { slug: 'acme', name: 'Acme' }
      await gatehouse.app.tenants.create(tenant)
      const acme = (await gatehouse.app.tenant('acme'))!
      await createAccount(acme.accounts, { username: 'somebody' }, { hash: bcrypt, temporary: false })
      await createAccount(acme.accounts, { username: 'without-password' }, undefined)
      const { passwords } = acme.signIn
      const { verify } = passwords
      const checked: (string | undefined)[] = []
      t.mock.method(passwords, 'verify', (text: string, hash: string | undefined) => {
        checked.push(hash)
        return verify(text, hash)
      })
      for (const login of ['nobody', 'nobody at all', 'without-password'])
        assert.equal(await checkPassword(acme.signIn, login, password), undefined, login)
      assert.deepEqual(checked, [bcrypt, bcrypt, bcrypt])
      assert.ok(await checkPassword(acme.signIn, 'somebody', password))
    })
  })
}
