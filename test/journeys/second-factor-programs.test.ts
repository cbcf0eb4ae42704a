/** Doors where a password is tried without a page: nobody who has a second factor comes in by the password alone. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type AuthenticatorApp, withApp } from '../authenticator-app.ts'
import { engines } from '../postgres.ts'
import { type Answer, type Application, application, call, claimsOf } from './application.ts'

const password = 'the analytical engine'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`second factors without a page, on ${engine}`, () => {
    let gatehouse: TestApp
    let old: Application
    let username: string
    let app: AuthenticatorApp
    let recoveryCodes: readonly string[]
    let people = 0
    before(async () => {
      gatehouse = await testApp(engine, { LIMITS_SIGN_IN_ACCOUNT: '5' })
      await gatehouse.addClient({ client_id: 'old', grant_types: ['password'], scope: 'openid' }, 'secret')
      old = application(gatehouse, { id: 'old', secret: 'secret' })
    })
    after(() => gatehouse.close())
    beforeEach(async () => {
      people += 1
      username = `ada${people}`
      const subject = await gatehouse.addAccount({ username }, password)
      ;({ app, recoveryCodes } = await withApp(gatehouse.root, subject, gatehouse.now()))
      gatehouse.advance(60)
    })

    const json = (path: string, body: object) =>
      call(gatehouse.issuer + path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
    const paths: Record<string, (fields: { password: string; otp?: string }) => Promise<Answer>> = {
      'the sign-in API': (fields) => json('/api/v1/auth/login', { email: username, ...fields }),
      'Auto Authn': (fields) => json('/login', { identifier: username, ...fields }),
      'the password grant': (fields) => old.post('/token', { grant_type: 'password', username, ...fields }),
    }
    const said = ({ text }: Answer) => JSON.parse(text)
    const codeOf = (answer: Answer) => said(answer).code ?? said(answer).error

    for (const [path, signIn] of Object.entries(paths)) {
      test(`${path}: the password alone is refused, and only a right one learns why`, async () => {
        const refused = await signIn({ password })
        assert.deepEqual([refused.status, codeOf(refused)], [401, 'insufficient_user_authentication'])
        assert.match(refused.text, /a second factor is needed: send a code of it, or a recovery code, as otp/)
        assert.equal(codeOf(await signIn({ password: 'a wrong password' })), 'invalid_grant')
        assert.equal(codeOf(await signIn({ password: 'a wrong password', otp: app.at(gatehouse.now()) })), 'invalid_grant')
        assert.equal((await signIn({ password, otp: app.at(gatehouse.now()) })).status, 200, 'the code was not used up')
      })
      test(`${path}: password and code, each code once`, async () => {
        const otp = app.at(gatehouse.now())
        const { acr, amr } = claimsOf(said(await signIn({ password, otp })).access_token)
        assert.deepEqual([acr, amr], ['aal2', ['pwd', 'otp', 'mfa']])
        const again = await signIn({ password, otp })
        assert.deepEqual([again.status, codeOf(again)], [401, 'insufficient_user_authentication'])
        assert.match(again.text, /the code is not right, or was used already/)
        const [recovery = ''] = recoveryCodes
        assert.equal((await signIn({ password, otp: recovery })).status, 200)
        assert.equal((await signIn({ password, otp: recovery })).status, 401)
      })
      test(`${path}: guessing codes ends, and all paths share the count`, async () => {
        for (const other of [...Object.values(paths), signIn, signIn]) assert.equal((await other({ password, otp: '000000' })).status, 401)
        const refused = await signIn({ password, otp: app.at(gatehouse.now()) })
        assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '900'])
      })
    }

    test('where a second factor is required, people without one must set it up in a browser', async () => {
      await gatehouse.app.tenants.create({ slug: 'strict', name: 'Strict' })
      await gatehouse.app.tenants.set('strict', { second_factor: 'required' })
      const tenant = (await gatehouse.app.tenant('strict')) ?? assert.fail()
      await gatehouse.addAccount({ username }, password, tenant)
      await gatehouse.addClient({ client_id: 'old', grant_types: ['password'], scope: 'openid' }, 'secret', tenant)
      const strict = application(gatehouse, { id: 'old', secret: 'secret', issuer: tenant.ctx.issuer })
      const email = 'new@example.com'
      const answers = [
        await json('/t/strict/api/v1/auth/login', { email: username, password }),
        await json('/t/strict/login', { identifier: username, password }),
        await json('/t/strict/register', { tenant_slug: 'strict', username: 'newcomer', email, password }),
        await strict.post('/token', { grant_type: 'password', username, password }),
      ]
      for (const answer of answers) {
        assert.deepEqual([answer.status, codeOf(answer)], [403, 'access_denied'])
        assert.match(answer.text, /a second factor is required here; sign in with a browser and set one up/)
      }
      assert.equal(await tenant.store.accounts.byLogin('newcomer'), undefined)
      assert.equal(codeOf(await json('/t/strict/login', { identifier: username, password: 'a wrong password' })), 'invalid_grant')
    })

    test('what a tenant demands, the deployment cannot be talked out of', async () => {
      const strict = await testApp('sqlite', { SECOND_FACTOR: 'required' })
      await strict.app.tenants.set('', { second_factor: 'optional' })
      const tenant = (await strict.app.tenant('')) ?? assert.fail()
      assert.equal(tenant.signIn.secondFactor, 'required')
      await strict.close()
    })
  })
}
