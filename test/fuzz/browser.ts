/** A browser without script: keeps cookies, follows redirects within the issuer and submits forms. */

import type { Harness } from './harness.ts'
import type { Answer, Headers, Request } from './http.ts'
import { header } from './http.ts'
import { type Form, type Jar, ownTarget, type Page, pageOf } from './pages.ts'
import type { Random } from './random.ts'
import { type Field, posted } from './request.ts'
import { routeOf } from './routes.ts'

/** A page that was loaded, and the cookies it was loaded with. */
export interface Visit {
  jar: Jar
  page: Page
}

export function browserHeaders(random: Random, jar: Jar): Headers {
  const cookie = jar.header()
  return [['Accept', 'text/html'], ['Sec-Fetch-Site', 'same-origin'], forwarded(random), ...(cookie ? [['Cookie', cookie] as const] : [])]
}

/** A different client address for each request, so that limits per address do not end the run. */
export function forwarded(random: Random): readonly [string, string] {
  return ['X-Forwarded-For', `10.${random.below(256)}.${random.below(256)}.${random.below(254) + 1}`]
}

/** Loads a page and follows redirects within the issuer. */
export async function open(harness: Harness, random: Random, jar: Jar, target: string): Promise<Page> {
  const request = { method: 'GET', target, headers: browserHeaders(random, jar) }
  return arrive(harness, random, jar, request, await harness.ask(routeOf('GET', target), request))
}

/** The page of an answer, or the page it redirects to within the issuer. */
export async function arrive(harness: Harness, random: Random, jar: Jar, request: Request, answer?: Answer, hops = 0): Promise<Page> {
  if (!answer) return { target: request.target, html: '', forms: [], links: [] }
  jar.keep(answer)
  const location = header(answer, 'location')
  const next = location === undefined ? undefined : await nextTarget(harness, location, request.target)
  if (next === undefined || hops > 8) return pageOf(request.target, answer, harness.issuer)
  const following = { method: 'GET', target: next, headers: browserHeaders(random, jar) }
  return arrive(harness, random, jar, following, await harness.ask(routeOf('GET', next), following), hops + 1)
}

/** Within the issuer; the provider sends the browser back at once. */
async function nextTarget({ issuer, provider }: Harness, location: string, from: string): Promise<string | undefined> {
  const isElsewhere = location.startsWith(`${provider}/authorize?`)
  return isElsewhere ? providerAnswer(location) : ownTarget(location, from, issuer)[0]
}

/** The address, at the server under test, to which the provider sends a browser back. */
export async function providerAnswer(url: string): Promise<string | undefined> {
  const { headers, body } = await fetch(url, { redirect: 'manual' })
  await body?.cancel()
  const back = URL.parse(headers.get('location') ?? '')
  return back ? back.pathname + back.search : undefined
}

/** Submits a form with its own values, except those in `values`. */
export async function submit(
  harness: Harness,
  random: Random,
  { jar, page }: Visit,
  form: Form,
  values: Readonly<Record<string, string>>,
): Promise<Page> {
  const [target = '/'] = ownTarget(form.action, page.target, harness.issuer)
  const kept = form.fields.filter(([name]) => !(name in values))
  const fields: Field[] = [...kept, ...Object.entries(values)]
  const request = posted(target, fields, browserHeaders(random, jar))
  return arrive(harness, random, jar, request, await harness.ask(routeOf('POST', target), request))
}

export function formNamed({ forms }: Page, ...ids: readonly string[]): Form | undefined {
  return forms.find(({ id }) => ids.includes(id))
}
