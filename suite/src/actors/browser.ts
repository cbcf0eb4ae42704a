/** A browser with cookies that follows redirects and fills in the server's forms as the target describes. It runs no scripts. */
import { CookieJar } from 'tough-cookie'
import type { Recorder, Reply } from '../http/exchange.ts'
import { formType } from '../http/form.ts'
import { type Navigation, type Page, readPage } from '../http/page.ts'
import type { Pages, Person, Step } from '../target/target.ts'

/** Where a navigation ended. */
export type Landing = AtClient | AtPage

/** At a client, with the response parameters. */
export interface AtClient {
  at: 'client'
  url: URL
  params: Readonly<Record<string, string>>
  mode: 'query' | 'fragment' | 'form_post'
  /** The server's response that led there. */
  reply: Reply
}

/** On a page of the server for which no step is defined. */
export interface AtPage {
  at: 'page'
  url: URL
  page: Page
  reply: Reply
}

/** How the person behaves, if not by signing in and giving consent. */
export interface Intent {
  /** Declines consent. */
  decline?: boolean
  /** Stays on the first page. */
  idle?: boolean
  /** Entered as user code, RFC 8628. */
  userCode?: string
}

export interface Browser {
  open(url: string, intent?: Intent): Promise<Landing>
  /** Follows a link or submits a form. */
  follow(navigation: Navigation, intent?: Intent): Promise<Landing>
  person: Person
}

const maxHops = 20
const maxSteps = 8

export interface BrowserOptions {
  recorder: Recorder
  pages: Pages
  person: Person
  /** Origins of the server's pages; all others are clients. */
  origins: ReadonlySet<string>
}

export function browser({ recorder, pages, person, origins }: BrowserOptions): Browser {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false })

  async function load({ method, url, fields }: Navigation, from?: URL): Promise<Reply> {
    const cookie = jar.getCookieStringSync(url)
    const headers = {
      accept: 'text/html,application/xhtml+xml',
      ...(cookie === '' ? {} : { cookie }),
      ...(from ? { referer: from.href, 'sec-fetch-site': 'same-origin' } : {}),
      ...(method === 'POST' ? { ...formType, origin: (from ?? new URL(url)).origin } : {}),
    }
    const body = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString()
    const reply = await recorder.send('Browser', { method, url, headers, ...(method === 'POST' ? { body } : {}) })
    for (const line of reply.cookies) jar.setCookieSync(line, url, { ignoreError: true })
    return reply
  }

  /** Follows redirects until a page is shown or the browser leaves the server. */
  async function travel(start: Navigation, from?: URL): Promise<Landing> {
    let next = start
    let before = from
    for (let hop = 0; hop < maxHops; hop++) {
      const reply = await load(next, before)
      const url = new URL(next.url)
      const page = readPage(reply.body, url)
      const onward = redirectOf(reply, next) ?? page.onward
      if (onward === undefined) return { at: 'page', url, page, reply }
      if (!origins.has(new URL(onward.url).origin)) return arrive(onward, reply)
      next = onward
      before = url
    }
    throw new Error(`redirected ${maxHops} times in a row, last to ${new URL(next.url).origin}${new URL(next.url).pathname}`)
  }

  function arrive({ method, url, fields }: Navigation, reply: Reply): Landing {
    const at = new URL(url)
    const mode = method === 'POST' ? 'form_post' : at.hash.length > 1 ? 'fragment' : 'query'
    const given = { form_post: fields, fragment: new URLSearchParams(at.hash.slice(1)), query: at.searchParams }[mode]
    const body = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString()
    recorder.arrive(url, method, mode === 'form_post' ? body : undefined)
    return { at: 'client', url: at, params: Object.fromEntries([...given]), mode, reply }
  }

  async function follow(start: Navigation, intent: Intent = {}, from?: URL): Promise<Landing> {
    let landing = await travel(start, from)
    for (let step = 0; step < maxSteps && landing.at === 'page' && !intent.idle; step++) {
      const next = nextStep(landing.page, pages, person, intent)
      if (next === undefined) return landing
      landing = await travel(next, landing.url)
    }
    return landing
  }

  return { person, open: (url, intent) => follow({ method: 'GET', url, fields: [] }, intent), follow: (to, intent) => follow(to, intent) }
}

function redirectOf({ status, headers }: Reply, { method, url, fields }: Navigation): Navigation | undefined {
  const location = headers['location']
  if (location === undefined || status < 300 || status > 399 || !URL.canParse(location, url)) return undefined
  const target = new URL(location, url)
  if (target.hash === '') target.hash = new URL(url).hash
  return status === 307 || status === 308 ? { method, url: target.href, fields } : { method: 'GET', url: target.href, fields: [] }
}

/** What the person does on this page; undefined if nothing. */
function nextStep(page: Page, { steps, decline }: Pages, person: Person, intent: Intent): Navigation | undefined {
  const step = steps.find(({ when }) => page.has(when))
  if (intent.decline && decline !== undefined && step && !asksForPassword(step) && page.has(decline)) return page.click(decline)
  if (step === undefined) return undefined
  const values = Object.fromEntries(Object.entries(step.fill).map(([name, text]) => [name, filled(text, person, intent)]))
  return step.click === undefined ? page.submit(step.when, values) : page.click(step.click, values)
}

const asksForPassword = ({ fill }: Step) => Object.values(fill).some((text) => text.includes('{password}'))

function filled(text: string, { username, password }: Person, { userCode = '' }: Intent): string {
  const values: Readonly<Record<string, string>> = { username, password, user_code: userCode }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
