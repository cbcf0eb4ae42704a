/** The pages on which people sign in, register and follow links: their addresses, and that no other site can post their forms — Fetch Metadata. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { accountRoutes } from '../../src/web/account/routes.ts'
import { linkRoutes } from '../../src/web/sign-in/links.ts'
import { signUpLinks, signUpSteps } from '../../src/web/sign-in/sign-up.ts'
import { steps } from '../../src/web/sign-in/steps.ts'
import { type TestApp, testApp } from '../app.ts'
import { alice, application, call, callback, shows } from './application.ts'

const routes = [...steps, ...signUpSteps, ...linkRoutes, ...signUpLinks]
/** With the way on that a refusal offers. */
const served = [
  'POST /authorize/sign-in',
  'POST /authorize/choose-account',
  'POST /authorize/new-password',
  'POST /authorize/passkey',
  'POST /authorize/second-factor',
  'POST /authorize/enrolment',
  'POST /authorize/sign-up',
  'GET /forgot-password',
  'POST /forgot-password/send',
  'GET /link new-link',
  'POST /link/password new-link',
  'POST /link/confirm new-link',
  'POST /link/connect',
  'GET /sign-up/confirm sign-up',
  'POST /sign-up/confirm sign-up',
]

test('these are the addresses, all of them for people', () => {
  const found = routes.map(({ methods, path, wayOn }) => [...methods, path, wayOn].filter(Boolean).join(' '))
  assert.deepEqual(found, served)
  for (const { path, audience } of [...routes, ...accountRoutes]) assert.equal(audience, 'person', path)
})

test('a second factor is not set up in a flow that does not ask for one', async (t) => {
  const gatehouse = await testApp('sqlite')
  t.after(() => gatehouse.close())
  await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
  const subject = await gatehouse.addAccount({ username: alice.username }, alice.password)
  const browser = gatehouse.browser()
  for (const state of ['before any sign-in', 'where a sign-in is asked for again']) {
    const { url } = await browser.open(application(gatehouse, { id: 'app' }).url({ prompt: 'login' }))
    const flow = url.searchParams.get('flow') as string
    const landing = await browser.post('/authorize/enrolment', { flow, draft: 'x', code: '000000' })
    assert.ok(shows(landing, 'sign-in'), state)
    await browser.submit('sign-in', { ...alice })
  }
  assert.deepEqual(await gatehouse.root.store.factors.of(subject), { totp: undefined, passkeys: 0, recoveryCodes: 0 })
})

suite('a form that another site posts', () => {
  let gatehouse: TestApp
  before(async () => {
    gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'id@example.org' })
  })
  after(() => gatehouse.close())

  for (const { path } of [...routes, ...accountRoutes].filter(({ methods }) => methods.includes('POST')))
    test(`to ${path} is refused before anything else`, async () => {
      const headers = { accept: 'text/html', 'sec-fetch-site': 'cross-site' }
      const { status, text } = await call(gatehouse.issuer + path, { body: 'flow=x&token=x', headers })
      assert.deepEqual([status, /this form was sent from another site/.test(text)], [400, true])
    })
})
