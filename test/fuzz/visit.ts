/** A browser's way through the pages: keeps cookies, follows redirects, fills in forms as a person would. */
import type { Answer, Headers, Request } from './http.ts'
import { header } from './http.ts'
import { type Form, type Jar, ownTarget, type Page, pageOf } from './pages.ts'
import type { Probe } from './probe.ts'
import type { Random } from './random.ts'
import { type Field, posted } from './request.ts'

/** Where a visit is. */
export interface Visit {
  jar: Jar
  page: Page
}

export function browserHeaders(random: Random, jar: Jar): Headers {
  const cookie = jar.header()
  return [['Accept', 'text/html'], ['Sec-Fetch-Site', 'same-origin'], forwarded(random), ...(cookie ? [['Cookie', cookie] as const] : [])]
}

/** From another address each time: limits per address are not what is tried here. */
export function forwarded(random: Random): readonly [string, string] {
  return ['X-Forwarded-For', `10.${random.below(256)}.${random.below(256)}.${random.below(254) + 1}`]
}

/** The name of a route in the table: a path without its tenant, its query, and what it names. */
export function routeOf(method: string, target: string): string {
  const path = target.split('?', 1)[0]!.replace(/^\/t\/[^/]+/, '')
  return `${method} ${path === '' ? '/' : path}`
}

/** Opens an address and follows where it leads within the issuer. */
export async function open(probe: Probe, random: Random, jar: Jar, target: string): Promise<Page> {
  const request = { method: 'GET', target, headers: browserHeaders(random, jar) }
  return arrive(probe, random, jar, request, await probe.ask(routeOf('GET', target), request))
}

/** Where an answer leads: its own page, or the one it redirects to. */
export async function arrive(probe: Probe, random: Random, jar: Jar, request: Request, answer?: Answer, hops = 0): Promise<Page> {
  if (!answer) return { target: request.target, html: '', forms: [], links: [] }
  jar.keep(answer)
  const location = header(answer, 'location')
  const [next] = location === undefined ? [] : ownTarget(location, request.target, probe.issuer)
  if (next === undefined || hops > 8) return pageOf(request.target, answer, probe.issuer)
  const following = { method: 'GET', target: next, headers: browserHeaders(random, jar) }
  return arrive(probe, random, jar, following, await probe.ask(routeOf('GET', next), following), hops + 1)
}

/** Posts a form with what stands in it, but for `values`. */
export async function submit(
  probe: Probe,
  random: Random,
  { jar, page }: Visit,
  form: Form,
  values: Readonly<Record<string, string>>,
): Promise<Page> {
  const [target = '/'] = ownTarget(form.action, page.target, probe.issuer)
  const kept = form.fields.filter(([name]) => !(name in values))
  const fields: Field[] = [...kept, ...Object.entries(values)]
  const request = posted(target, fields, browserHeaders(random, jar))
  return arrive(probe, random, jar, request, await probe.ask(routeOf('POST', target), request))
}

export function formNamed({ forms }: Page, ...ids: readonly string[]): Form | undefined {
  return forms.find(({ id }) => ids.includes(id))
}
