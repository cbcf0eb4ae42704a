/** The sample pages in a real browser, served with their own security policies. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core'
import { renderPage, renderView } from '../../src/web/pages/pages.ts'
import { axe } from './axe.ts'
import { openChromium } from './chromium.ts'
import { samples } from './page-samples.ts'

const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><rect width="72" height="72" fill="#fff"/><circle cx="36" cy="36" r="19" fill="#f0a830"/><path d="M17 36a19 19 0 0 0 38 0z" fill="#d2562c"/></svg>'

/** Pages that really go somewhere. */
function exactly(origin: string) {
  const application = { name: 'Tideboard', clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined }
  const fields = { code: 'a&b="<', submit: 'x', state: 'ä  +' }
  return {
    'leave-exactly': { page: 'leave', data: { application, to: `${origin}/take?code=c&x=a;b,c&url='"` } },
    'form-post-exactly': { page: 'form-post', data: { application, action: `${origin}/take`, fields } },
  } as const
}

const forDevelopers = { help: true, request: { id: 'PnP2aBcDeFgHiJkLmNoPqR', time: Date.parse('2031-05-01T12:00:00Z') / 1000 } }

export interface Stage {
  exact: ReturnType<typeof exactly>
  /** What was posted to `/take`, in order. */
  taken: string[]
  /** Opens a page in a separate context, closes it afterwards, and returns the errors in its console. */
  visit(name: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<string[]>
  /** The same, without motion, in one context for all, with axe in it: to open one and to load axe takes longer than to look. */
  inspect(name: string, look: (page: Page) => Promise<void>): Promise<string[]>
  close(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const taken: string[] = []
  const origins = { here: '', elsewhere: '' }
  const served: ReturnType<typeof samples> = {}
  const server = createServer(async (request, reply) => {
    const path = request.url!.split('?')[0]!
    if (path === '/logo.svg') return reply.setHeader('content-type', 'image/svg+xml').end(logo)
    if (path === '/stay') return reply.writeHead(204).end()
    if (path === '/hop') return reply.writeHead(307, { location: `${origins.here}/take` }).end()
    if (path === '/take') {
      taken.push(Buffer.concat(await request.toArray()).toString())
      return reply.setHeader('content-type', 'text/html').end('<!doctype html><title>taken</title>')
    }
    const page = served[path.slice(1)]
    if (page === undefined) return reply.writeHead(404).end()
    const look = { tenant: 'Acme', base: '/t/acme', nonce: 'bm9uY2U', recovery: true, signUp: true, account: true, ...forDevelopers }
    const { html, csp } = 'page' in page ? renderPage(page, look) : renderView(page, look)
    reply.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': csp }).end(html)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  Object.assign(origins, { here: `http://127.0.0.1:${port}`, elsewhere: `http://localhost:${port}` })
  const exact = exactly(origins.elsewhere)
  Object.assign(served, samples(origins.elsewhere), exact)
  const browser = await openChromium()
  const shared = await browser.newContext({ reducedMotion: 'reduce' })
  await shared.addInitScript(axe)
  const inspected = await shared.newPage()

  async function lookAt(page: Page, name: string, look: (page: Page) => Promise<void>): Promise<string[]> {
    const complaints: string[] = []
    const hear = (message: ConsoleMessage) => {
      const wanted = message.location().url.endsWith('/broken.svg') // hostile pages name a logo that is not there
      if (['error', 'warning'].includes(message.type()) && !wanted) complaints.push(message.text())
    }
    const complain = (error: Error) => complaints.push(error.message)
    page.on('console', hear).on('pageerror', complain)
    try {
      await page.goto(`${origins.here}/${name}`, { waitUntil: 'commit' })
      await look(page)
      return complaints
    } finally {
      page.off('console', hear).off('pageerror', complain)
    }
  }

  return {
    exact,
    taken,
    async visit(name, options, look) {
      const context = await browser.newContext(options)
      try {
        return await lookAt(await context.newPage(), name, look)
      } finally {
        await context.close()
      }
    },
    inspect: (name, look) => lookAt(inspected, name, look),
    async close() {
      await browser.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
