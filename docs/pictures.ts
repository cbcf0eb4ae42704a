/** A walk through the pages that the documents show, in a real browser against a real server. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { resourceSchema } from '../src/protocol/resource.ts'
import type { Tenant } from '../src/tenant.ts'
import { type TestApp, testApp } from '../test/app.ts'
import { openChromium } from '../test/browser/chromium.ts'
import { application } from '../test/journeys/application.ts'

/** Called at each page, once it is there. `name`: of its picture. */
export type Take = (name: string, page: Page) => Promise<void>

const password = 'the analytical engine'
const photos = 'https://api.lumen.example'
const card = { viewport: { width: 520, height: 600 } }
const desk = { viewport: { width: 1080, height: 600 } }
const phone = { viewport: { width: 390, height: 600 }, colorScheme: 'dark' } as const

export async function walk(take: Take): Promise<void> {
  const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256', DEMO_APPLICATION: 'true' })
  const browser = await openChromium()
  try {
    const acme = await anInstallation(gatehouse)
    await visit(browser, card, (page) => frontPage(gatehouse, page, take))
    await visit(browser, card, (page) => signInAndAllow(gatehouse, acme, page, take))
    await visit(browser, desk, (page) => account(acme, page, take))
    await visit(browser, phone, async (page) => {
      await open(page, `${acme.ctx.issuer}/account`, '#sign-in')
      await take('sign-in-phone', page)
    })
  } finally {
    await browser.close()
    await gatehouse.close()
  }
}

/** A tenant with an application, an API, and somebody who has a second factor. */
async function anInstallation(gatehouse: TestApp): Promise<Tenant> {
  await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
  const acme = (await gatehouse.app.tenant('acme')) as Tenant
  const scopes = { 'photos:read': 'See your photos and albums', 'photos:write': 'Add, change and remove photos' }
  await acme.store.resourcesAdmin.add(resourceSchema.parse({ identifier: photos, name: 'Photo library', scopes }))
  const client = {
    ...{
      client_id: 'app',
      client_name: 'Lumen Photos',
      id_token_signed_response_alg: 'ES256',
      client_uri: 'https://lumen.example/',
      redirect_uris: ['https://lumen.example/callback'],
    },
    ...{
      scope: 'openid profile email photos:read photos:write',
      policy_uri: 'https://lumen.example/privacy',
      tos_uri: 'https://lumen.example/terms',
    },
  }
  await gatehouse.addClient(client, 'secret', acme)
  const ada = {
    username: 'ada',
    email: 'ada@acme.example',
    claims: { name: 'Ada Lovelace', email_verified: true, zoneinfo: 'Europe/London' },
  }
  await gatehouse.addAccount(ada, password, acme)
  return acme
}

async function visit(browser: Browser, options: BrowserContextOptions, act: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ ...options, deviceScaleFactor: 1.25, reducedMotion: 'reduce' })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await act(page)
  } finally {
    await context.close()
  }
}

async function open(page: Page, url: string, ready: string): Promise<void> {
  await page.goto(url)
  await page.locator(ready).waitFor()
}

async function frontPage({ issuer }: TestApp, page: Page, take: Take): Promise<void> {
  await open(page, issuer, '#curl')
  // A test's server has a port of its own.
  await page.evaluate(`document.body.innerHTML = document.body.innerHTML.replaceAll(${JSON.stringify(new URL(issuer).port)}, '8000')`)
  await take('front-page', page)
}

async function signInAndAllow(gatehouse: TestApp, { ctx }: Tenant, page: Page, take: Take): Promise<void> {
  const app = application(gatehouse, {
    ...{ id: 'app', issuer: ctx.issuer, redirectUri: 'https://lumen.example/callback' },
    scope: 'openid profile email photos:read photos:write',
  })
  await open(page, app.url({ resource: photos }), '#sign-in')
  await take('sign-in', page)
  await page.fill('#username', 'ada')
  await page.fill('#password', password)
  await page.click('#submit')
  await page.locator('#consent').waitFor()
  await take('consent', page)
}

async function account({ ctx }: Tenant, page: Page, take: Take): Promise<void> {
  await open(page, `${ctx.issuer}/account`, '#sign-in')
  await page.fill('#username', 'ada')
  await page.fill('#password', password)
  await page.click('#submit')
  await page.locator('.overview').first().waitFor()
  await take('account', page)
  await open(page, `${ctx.issuer}/account/second-factors`, '.totp')
  await take('second-factor', page)
}
