/** Passkeys in a real browser with its virtual authenticator: made while signing in, used in place of a password and as a second factor — WebAuthn WebDriver extension, Web Authentication Level 3 §11. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { type TestApp, testApp } from '../app.ts'
import { type Application, application, claimsOf } from '../journeys/application.ts'
import { openChromium } from './chromium.ts'
import { type ClientApp, openClientApp } from './client-app.ts'

let gatehouse: TestApp
let site: ClientApp
let chromium: Browser
let app: Application
before(async () => {
  gatehouse = await testApp('sqlite', { SECOND_FACTOR: 'required' })
  site = await openClientApp()
  chromium = await openChromium()
  await gatehouse.addClient({ client_id: 'app', redirect_uris: [site.callback], scope: 'openid', policy: { consent: 'skip' } }, 'secret')
  app = application(gatehouse, { id: 'app', secret: 'secret', redirectUri: site.callback })
})
after(async () => {
  await chromium?.close()
  site?.close()
  await gatehouse?.close()
})

interface Stage {
  page: Page
  cdp: CDPSession
  /** Gives the browser an authenticator; `verified`: its owner can prove who they are. */
  authenticator(verified: boolean): Promise<string>
}

function visit(
  name: string,
  act: (stage: Stage) => Promise<void>,
  { script = true, webAuthn = true, expected }: { script?: boolean; webAuthn?: boolean; expected?: RegExp } = {},
) {
  test(name, { timeout: 60_000 }, async () => {
    const context = await chromium.newContext({ javaScriptEnabled: script })
    try {
      const complaints: string[] = []
      context.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !expected?.test(message.text())) complaints.push(message.text())
      })
      context.on('weberror', (error) => complaints.push(String(error.error())))
      if (!webAuthn) await context.addInitScript('delete window.PublicKeyCredential')
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      const cdp = await context.newCDPSession(page)
      await cdp.send('WebAuthn.enable', { enableUI: false })
      const authenticator = async (verified: boolean) => {
        const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
        const shared = { isUserVerified: verified, automaticPresenceSimulation: true }
        return (await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, ...shared } })).authenticatorId
      }
      await act({ page, cdp, authenticator })
      assert.deepEqual(complaints, [])
    } finally {
      await context.close()
    }
  })
}

/** The ID token that the application gets. */
async function idToken(page: Page) {
  const told = Object.fromEntries(new URLSearchParams((await page.locator('#landed').textContent()) ?? ''))
  return claimsOf((await app.redeem(told['code'] ?? assert.fail(JSON.stringify(told)))).body.id_token)
}

async function giveSecret(page: Page, username: string) {
  await page.locator('#username').fill(username)
  await page.locator('#password').fill('the analytical engine')
  await page.locator('#submit').click()
}

visit('made while signing in, then a second factor, then in place of a password', async ({ page, cdp, authenticator }) => {
  await gatehouse.addAccount({ username: 'ada', claims: { name: 'Ada' } }, 'the analytical engine')
  const id = await authenticator(true)
  await page.goto(app.url())
  await giveSecret(page, 'ada')
  await page.locator('#use-passkey').click()
  await page.locator('#recovery-codes').waitFor()
  await page.locator('#next').click()
  assert.deepEqual((await idToken(page)).acr, 'aal2')
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })
  assert.deepEqual([credentials.length, credentials[0]?.isResidentCredential, credentials[0]?.rpId], [1, true, 'localhost'])

  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled: false }) // or the sign-in page would use it automatically
  await page.goto(app.url({ prompt: 'login' }))
  await giveSecret(page, 'ada')
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled: true })
  await page.locator('#use-passkey').click()
  assert.deepEqual((await idToken(page)).amr, ['pwd', 'hwk', 'user', 'mfa'])

  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled: false })
  await page.goto(app.url({ prompt: 'login' }))
  assert.equal(await page.locator('#username').getAttribute('autocomplete'), 'username webauthn')
  await page.locator('#use-passkey').waitFor()
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled: true })
  await page.locator('#use-passkey').click()
  const { acr, amr } = await idToken(page)
  assert.deepEqual([acr, amr], ['aal2', ['hwk', 'user', 'mfa']])
})

visit('who cannot prove to the authenticator who they are does not come in, and reads why', async ({ page, cdp, authenticator }) => {
  await gatehouse.addAccount({ username: 'bea' }, 'the analytical engine')
  const id = await authenticator(true)
  await page.goto(app.url())
  await giveSecret(page, 'bea')
  await page.locator('#use-passkey').click()
  await page.locator('#next').click()
  await page.locator('#landed').waitFor()
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false })
  await page.goto(app.url({ prompt: 'login' }))
  await page.locator('#use-passkey').click()
  await page.getByRole('status').filter({ hasText: 'No passkey was used' }).waitFor()
})

/** Sets up a passkey while signing in at the account page. */
async function enrol(page: Page, username: string) {
  await page.goto(`${gatehouse.issuer}/account/passkeys`)
  await giveSecret(page, username)
  await page.locator('#use-passkey').click()
  await page.locator('#next').click()
}

visit(
  'a passkey that comes too late is not stored, and the device forgets it',
  async ({ page, cdp, authenticator }) => {
    await gatehouse.addAccount({ username: 'finn' }, 'the analytical engine')
    const first = await authenticator(true)
    await enrol(page, 'finn')
    await page.locator('#passkey').waitFor()
    await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: first })
    const second = await authenticator(true)
    const forgotten = new Promise((done) => cdp.once('WebAuthn.credentialDeleted', done))
    gatehouse.advance(601)
    await page.locator('#use-passkey').click()
    await page.locator('#problem').waitFor()
    await forgotten
    assert.deepEqual((await cdp.send('WebAuthn.getCredentials', { authenticatorId: second })).credentials, [])
  },
  { expected: /status of 422/ },
)

visit(
  'a passkey that was refused is not offered again by itself',
  async ({ page, cdp, authenticator }) => {
    const subject = await gatehouse.addAccount({ username: 'gwen' }, 'the analytical engine')
    const id = await authenticator(true)
    await enrol(page, 'gwen')
    await page.locator('#sign-out').click()
    await page.locator('#sign-out-yes').click()
    await page.locator('#account').waitFor()
    for (const { id: passkey } of await gatehouse.root.store.passkeys.of(subject))
      await gatehouse.root.store.passkeys.remove(subject, passkey)
    const posted: string[] = []
    page.on('request', (request) => request.method() === 'POST' && posted.push(new URL(request.url()).pathname))
    await page.goto(app.url({ prompt: 'login' })) // the browser offers its passkey at once
    await page.locator('#problem').waitFor()
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.locator('#use-passkey').click()
    await answered
    await page.locator('#problem').waitFor()
    assert.deepEqual(posted, ['/authorize/passkey', '/authorize/passkey'])
    assert.equal(
      (await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials.length,
      1,
      'it may be one of another tenant',
    )
  },
  { expected: /status of 401/ },
)

for (const [name, without] of [
  ['scripts', { script: false }],
  ['WebAuthn', { webAuthn: false }],
] as const)
  visit(
    `without ${name} the button is hidden, and a password and a code do`,
    async ({ page }) => {
      const username = `cleo-${name.toLowerCase()}`
      await gatehouse.addAccount({ username }, 'the analytical engine')
      await page.goto(app.url())
      assert.equal(await page.locator('#use-passkey').isVisible(), false)
      await giveSecret(page, username)
      assert.equal(await page.locator('#use-passkey').isVisible(), false)
      assert.ok(await page.locator('#secret').isVisible())
      await page.locator('.qr').waitFor()
    },
    without,
  )
