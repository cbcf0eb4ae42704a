/** The pages of a credential that is offered, in a real browser against a real server. */
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { credentialConfigurationSchema } from '../src/protocol/credential-configuration.ts'
import { type TestApp, testApp } from '../test/app.ts'
import { openChromium } from '../test/browser/chromium.ts'

/** Called at each page, once it is there. `name`: of its picture. */
export type Take = (name: string, page: Page) => Promise<void>

export const folder = join(import.meta.dirname, 'pictures')
const password = 'the analytical engine'

const devices = [
  { name: 'desktop', viewport: { width: 1080, height: 720 }, colorScheme: 'light' },
  { name: 'desktop-dark', viewport: { width: 1080, height: 720 }, colorScheme: 'dark' },
  { name: 'phone', viewport: { width: 390, height: 760 }, colorScheme: 'light' },
  { name: 'phone-dark', viewport: { width: 390, height: 760 }, colorScheme: 'dark' },
] as const

export async function walk(take: Take): Promise<void> {
  const gatehouse = await issuer()
  const browser = await openChromium()
  try {
    for (const { name, ...options } of devices) {
      const context = await browser.newContext({ ...options, deviceScaleFactor: 1.25, reducedMotion: 'reduce' })
      await offered(gatehouse, await context.newPage())((page) => take(`credential-offer-${name}`, page))
      await context.close()
    }
  } finally {
    await browser.close()
    await gatehouse.close()
  }
}

async function issuer(): Promise<TestApp> {
  const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256' })
  const { credentialConfigurations } = gatehouse.root.store
  const badge = { id: 'staff-badge', display: [{ name: 'Staff badge' }], claims: [{ name: 'given_name', source: 'account.given_name' }] }
  await credentialConfigurations.add(credentialConfigurationSchema.parse(badge))
  await gatehouse.addAccount({ username: 'ada', claims: { given_name: 'Ada' } }, password)
  return gatehouse
}

/** Signs in, and makes an offer on the account page. */
function offered({ issuer }: TestApp, page: Page): (look: (page: Page) => Promise<void>) => Promise<void> {
  return async (look) => {
    page.setDefaultTimeout(15_000)
    await page.goto(`${issuer}/account/credentials`)
    await page.fill('#username', 'ada')
    await page.fill('#password', password)
    await page.click('#submit')
    await page.click('button[value="staff-badge"]')
    await page.locator('#credential-offer').waitFor()
    await look(page)
  }
}
