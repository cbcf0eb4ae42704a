/** Session management in a real browser: an application polls the frame of this server — OpenID Connect Session Management 1.0 §3. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type TestApp, testApp } from '../app.ts'
import { alice, application } from '../journeys/application.ts'
import { type Receiver, receiver } from '../receiver.ts'
import { openChromium } from './chromium.ts'

/** It asks again and again, and shows each answer that differs from the last. */
const polling = (issuer: string) => `<!doctype html><title>application</title><ol id="answers"></ol>
<iframe src="${issuer}/check_session" hidden></iframe>
<script>
const frame = document.querySelector('iframe')
const state = new URLSearchParams(location.search).get('session_state')
let last
addEventListener('message', ({ data, origin }) => {
  if (origin !== '${issuer}' || data === last) return
  last = data
  document.querySelector('ol').append(Object.assign(document.createElement('li'), { textContent: data }))
})
frame.addEventListener('load', () => setInterval(() => frame.contentWindow.postMessage('app ' + state, '${issuer}'), 50))
</script>`

suite('session management in a real browser', () => {
  let gatehouse: TestApp
  let site: Receiver
  let chromium: Browser
  /** Of the same site as the issuer, and of another one. */
  let near: string
  let far: string
  before(async () => {
    gatehouse = await testApp('sqlite', { FEATURES_SESSION_MANAGEMENT: 'true' })
    site = await receiver()
    chromium = await openChromium()
    far = site.url
    near = site.url.replace('127.0.0.1', 'localhost')
    site.answers.set('/app', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(polling(gatehouse.issuer)))
    await gatehouse.addAccount({ username: alice.username }, alice.password)
    const redirect_uris = [`${near}/app`, `${far}/app`]
    await gatehouse.addClient({ client_id: 'app', redirect_uris, policy: { consent: 'skip' } }, 'secret')
  })
  after(async () => {
    await chromium?.close()
    await site?.close()
    await gatehouse?.close()
  })

  async function signedIn(page: Page, at: string): Promise<void> {
    page.setDefaultTimeout(20_000)
    await page.goto(application(gatehouse, { id: 'app', redirectUri: `${at}/app` }).url())
    await page.locator('#username').fill(alice.username)
    await page.locator('#password').fill(alice.password)
    await page.locator('#submit').click()
    await page.waitForURL(`${at}/app?**`)
  }

  test('the answer is unchanged until the person signs out in another tab', async () => {
    const context = await chromium.newContext()
    const complaints: string[] = []
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    const page = await context.newPage()
    await signedIn(page, near)
    const answers = page.locator('#answers li')
    await answers.first().waitFor()
    assert.deepEqual(await answers.allTextContents(), ['unchanged'])
    const other = await context.newPage()
    await other.goto(`${gatehouse.issuer}/logout`)
    await other.locator('#sign-out-yes').click()
    await answers.nth(1).waitFor()
    assert.deepEqual(await answers.allTextContents(), ['unchanged', 'changed'])
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('where the browser shows the frame no cookie, nothing is known, and the answer is error', async () => {
    const context = await chromium.newContext()
    const page = await context.newPage()
    await signedIn(page, far)
    const answers = page.locator('#answers li')
    await answers.first().waitFor()
    assert.deepEqual(await answers.allTextContents(), ['error'])
    await context.close()
  })

  test('a malformed question is answered with error, and one of another client or origin with changed', async () => {
    const context = await chromium.newContext()
    const page = await context.newPage()
    await signedIn(page, near)
    await page.locator('#answers li').first().waitFor()
    const ask = (text: string) =>
      page.evaluate(
        ([message, issuer]) =>
          new Promise((resolve) => {
            const frame = document.createElement('iframe')
            frame.src = `${issuer}/check_session`
            frame.addEventListener('load', () => frame.contentWindow?.postMessage(message, issuer as string))
            addEventListener('message', ({ data, source }) => source === frame.contentWindow && resolve(data))
            document.body.append(frame)
          }),
        [text, gatehouse.issuer] as const,
      )
    const state = new URL(page.url()).searchParams.get('session_state') as string
    assert.equal(await ask(`app ${state}`), 'unchanged')
    assert.equal(await ask(`other ${state}`), 'changed')
    assert.equal(await ask('app'), 'error')
    assert.equal(await ask(`app ${state} more`), 'error')
    await context.close()
  })
})
