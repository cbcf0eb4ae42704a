/** Front-channel logout in a real browser: frames load under the page's own policy, and the page goes on — OpenID Connect Front-Channel Logout 1.0. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type TestApp, testApp } from '../app.ts'
import { alice, application, encode } from '../journeys/application.ts'
import { type Receiver, receiver } from '../receiver.ts'
import { openChromium } from './chromium.ts'

suite('logout in a real browser', () => {
  let gatehouse: TestApp
  let site: Receiver
  let chromium: Browser
  before(async () => {
    gatehouse = await testApp('sqlite')
    site = await receiver()
    chromium = await openChromium()
    await gatehouse.addAccount({ username: alice.username }, alice.password)
    for (const id of ['one', 'two'])
      await gatehouse.addClient(
        {
          client_id: id,
          redirect_uris: [`${site.url}/${id}`],
          post_logout_redirect_uris: [`${site.url}/bye`],
          frontchannel_logout_uri: `${site.url}/out/${id}`,
          policy: { consent: 'skip' },
        },
        'secret',
      )
  })
  beforeEach(() => site.answers.clear())
  after(async () => {
    await chromium?.close()
    await site?.close()
    await gatehouse?.close()
  })

  /** Signs in at both applications, and out. Returns what the console complained of. */
  async function inAndOut(options: { javaScriptEnabled?: boolean } = {}): Promise<string[]> {
    const context = await chromium.newContext(options)
    try {
      const complaints: string[] = []
      context.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      for (const id of ['one', 'two']) {
        await page.goto(application(gatehouse, { id, redirectUri: `${site.url}/${id}` }).url())
        if (await page.locator('#username').isVisible()) {
          await page.locator('#username').fill(alice.username)
          await page.locator('#password').fill(alice.password)
          await page.locator('#submit').click()
        }
        await page.waitForURL(`${site.url}/${id}?**`)
      }
      site.received.splice(0)
      complaints.splice(0)
      await page.goto(`${gatehouse.issuer}/logout?${encode({ client_id: 'one', post_logout_redirect_uri: `${site.url}/bye` })}`)
      await page.locator('#sign-out-yes').click()
      if (options.javaScriptEnabled === false) await page.locator('#continue').click()
      await page.waitForURL(`${site.url}/bye`)
      return complaints
    } finally {
      await context.close()
    }
  }
  const paths = () => site.received.map(({ path }) => path.split('?')[0] as string).filter((path) => path !== '/favicon.ico')

  test('both applications are loaded with iss and sid before the browser is back', { timeout: 60_000 }, async () => {
    assert.deepEqual(await inAndOut(), [])
    assert.deepEqual([...paths().slice(0, -1)].sort(), ['/out/one', '/out/two'])
    assert.equal(paths().at(-1), '/bye')
    const frames = site.received.filter(({ path }) => path.startsWith('/out/')).map(({ path }) => new URL(path, site.url).searchParams)
    for (const params of frames) assert.equal(params.get('iss'), gatehouse.issuer)
    assert.equal(new Set(frames.map((params) => params.get('sid'))).size, 1)
  })

  test('an application that does not answer, or that forbids frames, does not keep the person', { timeout: 60_000 }, async () => {
    const held: (() => void)[] = []
    site.answers.set('/out/one', (response) => held.push(() => response.end()))
    site.answers.set('/out/two', (response) => response.writeHead(200, { 'x-frame-options': 'DENY' }).end())
    await inAndOut()
    for (const release of held) release()
    assert.equal(paths().at(-1), '/bye')
  })

  test('without script there is a link', { timeout: 60_000 }, async () => {
    await inAndOut({ javaScriptEnabled: false })
    assert.deepEqual([...paths().slice(0, -1)].sort(), ['/out/one', '/out/two'])
  })
})
