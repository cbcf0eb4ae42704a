/** The pages for people in a real browser: WCAG 2.2 AA by axe, no sideways scrolling, their own security policy enforced. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { renderPage, renderView } from '../../src/web/pages/pages.ts'
import { openChromium } from './chromium.ts'
import { samples } from './page-samples.ts'
import { screenshot } from './screenshots.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><rect width="72" height="72" fill="#fff"/><circle cx="36" cy="36" r="19" fill="#f0a830"/><path d="M17 36a19 19 0 0 0 38 0z" fill="#d2562c"/></svg>'

/** Pages that really go somewhere. */
function exact(origin: string) {
  const application = { name: 'Tideboard', clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined }
  const fields = { code: 'a&b="<', submit: 'x', state: 'ä  +' }
  return {
    'leave-exactly': { page: 'leave', data: { application, to: `${origin}/take?code=c&x=a;b,c&url='"` } },
    'form-post-exactly': { page: 'form-post', data: { application, action: `${origin}/take`, fields } },
  } as const
}

const forDevelopers = { help: true, request: { id: 'PnP2aBcDeFgHiJkLmNoPqR', time: '2031-05-01T12:00:00.000Z' } }

let browser: Browser
let server: Server
let here: string
let elsewhere: string
/** What was posted to `/take`, in order. */
let taken: string[] = []

before(async () => {
  server = createServer(async (request, reply) => {
    const path = request.url!.split('?')[0]!
    if (path === '/logo.svg') return reply.setHeader('content-type', 'image/svg+xml').end(logo)
    if (path === '/stay') return reply.writeHead(204).end()
    if (path === '/hop') return reply.writeHead(307, { location: `${here}/take` }).end()
    if (path === '/take') {
      taken.push(Buffer.concat(await request.toArray()).toString())
      return reply.setHeader('content-type', 'text/html').end('<!doctype html><title>taken</title>')
    }
    const page = { ...samples(elsewhere), ...exact(elsewhere) }[path.slice(1)]
    if (page === undefined) return reply.writeHead(404).end()
    const look = { tenant: 'Acme', base: '/t/acme', nonce: 'bm9uY2U', recovery: true, signUp: true, account: true, ...forDevelopers }
    const { html, csp } = 'page' in page ? renderPage(page, look) : renderView(page, look)
    reply.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': csp }).end(html)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  here = `http://127.0.0.1:${port}`
  elsewhere = `http://localhost:${port}`
  browser = await openChromium()
})

after(async () => {
  await browser?.close()
  server.close()
  server.closeAllConnections()
})

/** Opens a page in a separate context, closes it afterwards, and returns the errors in its console. */
async function visit(name: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<string[]> {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      const wanted = message.location().url.endsWith('/broken.svg') // hostile pages name a logo that is not there
      if (['error', 'warning'].includes(message.type()) && !wanted) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${here}/${name}`, { waitUntil: 'commit' })
    await look(page)
    return complaints
  } finally {
    await context.close()
  }
}

/** What axe objects to; `rules` are all when none are named. */
async function violations(page: Page, ...rules: string[]): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(rules.length > 0 && { runOnly: rules }) }
  const results = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults
  return results.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.failureSummary} ${node.html}`))
}

describe('every page, as it is meant and as someone who means harm would fill it', () => {
  for (const name of Object.keys(samples('http://localhost')))
    test(name, async () => {
      const complaints = await visit(name, { reducedMotion: 'reduce' }, async (page) => {
        await page.locator('footer').waitFor()
        await page.evaluate(axe)
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 780 })
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme })
            await screenshot(page, `${name}-${width}-${colorScheme}`)
            if (width === 360) assert.deepEqual(await violations(page, 'color-contrast'), [], colorScheme)
          }
          assert.deepEqual(await violations(page), [], `${width} px`)
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
        }
        assert.equal(await page.locator('#injected').count(), 0)
        assert.doesNotMatch(await page.title(), /^broken/)
      })
      assert.deepEqual(complaints, [])
    })
})

const account = [
  'account-overview',
  'account-profile-problem',
  'account-email',
  'account-sessions',
  'account-applications',
  'account-deletion',
]

test('everything that can be touched is at least 44 px high, and 16 px text in inputs keeps phones from zooming', async () => {
  for (const name of [
    'sign-in-problem',
    'choose-account',
    'consent',
    'leave',
    'form-post',
    'sign-out',
    'signed-out-back',
    'second-factor',
    'enrolment',
    'recovery-codes',
    'credential-offer',
    ...account,
  ])
    await visit(name, { viewport: { width: 360, height: 780 } }, async (page) => {
      await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
      for (const target of await page
        .locator('button:visible, a:visible, summary:visible, input:not([type=hidden], .unseen):visible')
        .all()) {
        const { height } = (await target.boundingBox())!
        assert.ok(height >= 44, `${name}: ${await target.evaluate((element) => element.outerHTML)} is ${height} px`)
      }
      const sizes = await page.evaluate("Array.from(document.querySelectorAll('input'), (input) => getComputedStyle(input).fontSize)")
      for (const size of sizes as string[]) assert.ok(Number.parseFloat(size) >= 16, size)
    })
})

test('text at twice its size still fits a narrow page', async () => {
  for (const name of [
    'sign-in-problem',
    'choose-account',
    'consent',
    'error',
    'hostile-consent',
    'second-factor',
    'enrolment',
    'recovery-codes',
    'credential-offer',
    ...account,
  ])
    await visit(name, { viewport: { width: 360, height: 780 } }, async (page) => {
      await page.evaluate("document.documentElement.style.fontSize = '200%'")
      assert.ok(((await page.evaluate('document.documentElement.scrollWidth')) as number) <= 360, name)
    })
})

test('the keyboard begins where the person has to act', async () => {
  for (const [name, id] of [
    ['sign-in', 'username'],
    ['sign-in-logo', 'password'],
    ['sign-in-problem', 'problem'],
    ['second-factor', 'code'],
    ['second-factor-problem', 'problem'],
    ['enrolment-problem', 'problem'],
  ] as const)
    await visit(name, {}, async (page) => {
      await page.locator(`#${id}:focus`).waitFor({ timeout: 2000 })
    })
})

test('a logo of another origin is shown', async () => {
  await visit('consent', {}, async (page) => {
    await page.waitForLoadState()
    assert.equal(await page.evaluate("document.querySelector('.emblem img').naturalWidth > 0"), true)
  })
})

test('a page that leaves follows its own link to exactly that address', async () => {
  await visit('leave-exactly', {}, async (page) => {
    await page.waitForURL(/take/)
    assert.equal(page.url(), new URL(exact(elsewhere)['leave-exactly'].data.to).href)
  })
})

test('a form that posts itself delivers every field exactly, even one named submit', async () => {
  taken = []
  const complaints = await visit('form-post-exactly', {}, (page) => page.waitForURL(/take/))
  assert.deepEqual(Object.fromEntries(new URLSearchParams(taken[0])), exact(elsewhere)['form-post-exactly'].data.fields)
  assert.deepEqual(complaints, [])
})

test('without scripts a form is posted by its button', async () => {
  taken = []
  await visit('form-post-exactly', { javaScriptEnabled: false }, async (page) => {
    await page.locator('#continue').click()
    await page.waitForURL(/take/)
  })
  assert.equal(taken.length, 1)
})
