/** `/docs` in a real browser: it shows the API, reaches nothing but its own server, and keeps to its policy. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type TestApp, testApp } from '../app.ts'
import { openChromium } from './chromium.ts'
import { screenshot } from './screenshots.ts'

let gatehouse: TestApp
let browser: Browser
before(async () => {
  gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256' })
  await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
  browser = await openChromium()
})
after(async () => {
  await browser?.close()
  await gatehouse?.close()
})

for (const [path, colorScheme, width] of [
  ['/docs', 'light', 1280],
  ['/docs', 'dark', 1280],
  ['/t/acme/docs', 'light', 390],
] as const) {
  test(`${path}, ${colorScheme}, ${width} pixels wide`, async () => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
    const page = await context.newPage()
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(gatehouse.issuer + path)
    await page.getByRole('heading', { name: 'Gatehouse' }).first().waitFor()
    await page.getByText('Sign-in with a session').first().waitFor({ state: 'attached' })
    await screenshot(page, `docs-${path === '/docs' ? 'root' : 'acme'}-${colorScheme}-${width}`, { fullPage: false })
    const foreign = asked.filter((url) => !url.startsWith(`${gatehouse.issuer}/`) && !url.startsWith('data:') && !url.startsWith('blob:'))
    assert.deepEqual(foreign, [])
    assert.deepEqual(complaints, [])
    const dark = await page.locator('body.dark-mode').count()
    assert.equal(dark, colorScheme === 'dark' ? 1 : 0)
    await context.close()
  })
}
