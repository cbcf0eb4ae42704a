/** Test cases for every route outside the JSON APIs: valid requests, and requests with one or two hostile parts. */
import { authletePaths } from '../../src/web/compat/authlete.ts'
import { browserHeaders, forwarded } from './browser.ts'
import { clientRequests } from './client-requests.ts'
import { federationRequests } from './federation-requests.ts'
import type { Fixture } from './fixture.ts'
import type { Request } from './http.ts'
import { anyToken, hostileId, invalidToken } from './identifiers.ts'
import { type Json, mutated, oddDocument, written } from './json.ts'
import { mutatedFields } from './mutations.ts'
import { authorization, oauthRequests } from './oauth-requests.ts'
import { SetupFailed } from './people.ts'
import { providerRequests } from './provider-requests.ts'
import type { Random } from './random.ts'
import { encoded, posted, withHeader } from './request.ts'
import type { ServedRoute } from './routes.ts'
import { signalRequests } from './signal-requests.ts'
import type { TestCase } from './test-case.ts'
import { hostileText } from './text.ts'
import type { Fill, Usual } from './usual.ts'
import { walletRequests } from './wallet-requests.ts'

const fills: Readonly<Record<string, Fill>> = {
  ...oauthRequests,
  ...clientRequests,
  ...walletRequests,
  ...signalRequests,
  ...federationRequests,
  ...providerRequests,
}

/** The route that this one is another path of. */
const samePath = Object.fromEntries(Object.entries(authletePaths).map((pair) => pair.map((path) => path.replace(/:(\w+)/g, '{$1}'))))

/** Whether it takes a valid request of its own: what other forms send is on the pages before them. */
export function isFilled({ method, path, isPage }: ServedRoute): boolean {
  return method === 'GET' || !isPage || fills[path] !== undefined
}

/** `hostile`: in at least one part. */
export async function endpointCase(
  random: Random,
  fixture: Fixture,
  route: ServedRoute,
  hostile = !random.chance(0.25),
): Promise<TestCase> {
  const usual = await usualOf(random, fixture, route)
  const base = hostile && random.chance(0.05) ? `/t/${fixture.tenant.slug}` : ''
  const request = requestOf(
    random,
    fixture,
    { ...route, path: base + route.path },
    hostile ? changed(random, fixture, usual, route) : usual,
  )
  const isKnown = !hostile && !bearsTokenOf(fixture, request)
  return { route: `${route.method} ${route.path}`, request, expected: isKnown ? (usual.expected ?? {}) : {} }
}

/** Without what it needs, since a test case removed that, it is filled like a route that no file here knows. */
async function usualOf(random: Random, fixture: Fixture, { method, path, isPage }: ServedRoute): Promise<Usual> {
  const fill = fills[path] ?? fills[samePath[path] ?? '']
  try {
    if (fill) return await fill(random, fixture, method)
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error
  }
  const headers = isPage ? browserHeaders(random, fixture.people.viewer.jar) : []
  return method === 'GET' ? { headers } : { ...(await everything(random, fixture)), headers }
}

/** The parameters of the other routes. */
async function everything(random: Random, fixture: Fixture): Promise<Usual> {
  const { form = [] } = await authorization(random, fixture, 'POST')
  const more = { token: anyToken(random, fixture), grant_type: 'authorization_code', flow: 'x', answer: 'allow', sid: 'x' }
  return { form: [...form, ...Object.entries(more)] }
}

type Part = 'path' | 'query' | 'form' | 'json' | 'signed' | 'headers'

function changed(random: Random, fixture: Fixture, usual: Usual, { path }: ServedRoute): Usual {
  const given = (['path', 'query', 'form', 'json', 'signed'] as const).filter((part) => usual[part] !== undefined)
  const parts: Part[] = given.flatMap((part) => (part === 'path' ? [part] : [part, part, part]))
  const hasToken = usual.headers?.some(([name]) => name === 'Authorization')
  if (hasToken && random.chance(0.3)) parts.push('headers')
  if (parts.length === 0 || (!given.includes('query') && random.chance(0.05))) parts.push('query')
  if (path.includes('{') && !given.includes('path')) parts.push('path')
  const part = random.pick(parts)
  return { ...usual, [part]: changedPart(random, fixture, usual, part) }
}

function changedPart(
  random: Random,
  fixture: Fixture,
  { path, query = [], form = [], json = null, signed, headers = [] }: Usual,
  part: Part,
) {
  switch (part) {
    case 'path':
      return Object.fromEntries(Object.keys(path ?? {}).map((name) => [name, hostileId(random, fixture)]))
    case 'query':
      return mutatedFields(random, fixture, query)
    case 'form':
      return mutatedFields(random, fixture, form)
    case 'json':
      return random.chance(0.2) ? mutated(random, mutated(random, json)) : mutated(random, json)
    case 'signed':
      return { ...signed, text: signed ? changedToken(random, signed.text) : '' }
    case 'headers':
      return withHeader(headers, 'Authorization', `Bearer ${invalidToken(random, fixture)}`)
  }
}

/** Other claims under the same signature, or no token at all. */
function changedToken(random: Random, text: string): string {
  const parts = text.split('.')
  if (parts.length !== 3 || random.chance(0.3)) return hostileText(random, text)
  const n = random.below(2)
  const json = JSON.parse(Buffer.from(parts[n] as string, 'base64url').toString()) as Json
  return parts
    .with(n, Buffer.from(random.chance(0.1) ? oddDocument(random) : written(mutated(random, json))).toString('base64url'))
    .join('.')
}

function requestOf(random: Random, fixture: Fixture, { method, path }: ServedRoute, usual: Usual): Request {
  const { query = [], form, json, signed } = usual
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => usual.path?.[name] ?? hostileId(random, fixture))
  const target = filled + (query.length > 0 ? `?${encoded(query)}`.slice(0, 15_000) : '')
  const headers = [forwarded(random), ...(usual.headers ?? [])]
  if (form) return { ...posted(target, form, headers), method }
  const [type, text] = signed ? [signed.type, signed.text] : ['application/json', json === undefined ? undefined : written(json)]
  if (text === undefined) return { method, target, headers }
  return { method, target, headers: [...headers, ['Content-Type', type]], body: Buffer.from(text) }
}

/** Tokens of the tenant are invalid everywhere but there. */
function bearsTokenOf({ tokens }: Fixture, { target, headers, body }: Request): boolean {
  const sent = JSON.stringify([target, headers, body?.toString()])
  return (tokens.get('elsewhere') ?? []).some((token) => sent.includes(token))
}
