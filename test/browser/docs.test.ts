/** `/docs` in a real browser: the whole page is one response without a script, and its links open what they name. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type TestApp, testApp } from '../app.ts'
import { violations } from './axe.ts'
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
  ['/t/acme/docs', 'dark', 390],
] as const) {
  test(`${path}, ${colorScheme}, ${width} pixels wide`, async () => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
    const page = await context.newPage()
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => request.url().startsWith('data:') || asked.push(request.url()))
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(gatehouse.issuer + path)
    await page.getByRole('heading', { name: 'Gatehouse API' }).waitFor()
    assert.deepEqual(asked, [gatehouse.issuer + path])
    assert.deepEqual(complaints, [])
    assert.equal(await page.locator('script').count(), 0)
    await screenshot(page, `docs-${path === '/docs' ? 'root' : 'acme'}-${colorScheme}-${width}`, { fullPage: false })

    const operation = page.locator('details', { has: page.locator('#getAdminClientsById') })
    await operation.locator('summary').click()
    assert.match(await page.locator('#getAdminClientsById').innerText(), /admin:clients:read/)
    await operation.scrollIntoViewIfNeeded()
    await screenshot(page, `docs-operation-${colorScheme}-${width}`, { fullPage: false })
    await operation.getByRole('link', { name: 'Client', exact: true }).click()
    await page.locator('#schema-Client').getByText('redirect_uris', { exact: true }).waitFor()
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    assert.deepEqual(await violations(page), [])
    await context.close()
  })
}
