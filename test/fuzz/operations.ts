/** Test cases for the JSON APIs, generated from `/openapi.json`: valid requests, and requests with one or two hostile parts. */
import { forwarded } from './browser.ts'
import type { Fixture } from './fixture.ts'
import type { Headers } from './http.ts'
import { hostileId, invalidToken } from './identifiers.ts'
import { example, type Json, mutated, oddDocument, Raw, type Schema, sample, written } from './json.ts'
import { password } from './people.ts'
import type { Random } from './random.ts'
import { encoded, type Field } from './request.ts'
import type { TestCase } from './test-case.ts'
import { hostileText } from './text.ts'

export interface Operation {
  method: string
  /** With parameters in braces. */
  path: string
  /** Requires an access token. */
  guarded: boolean
  body: Schema | undefined
  query: readonly { name: string; schema: Schema }[]
}

/** The part of an OpenAPI document that test cases need. */
export interface Description {
  operations: readonly Operation[]
  schemas: Readonly<Record<string, Schema>>
}

interface Described {
  paths: Record<string, Record<string, DescribedOperation>>
  components: { schemas: Record<string, Schema> }
}
interface DescribedOperation {
  security: readonly object[]
  parameters?: readonly { in: string; name: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, object>
}

/** Of the JSON APIs: the protocol has test cases of its own. */
export function readDescription({ paths, components }: Described): Description {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    ownOperations(methods).map(([method, { security, parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      guarded: security.length > 0,
      body: requestBody?.content['application/json']?.schema,
      query: parameters.filter((one) => one.in === 'query'),
    })),
  )
  return { operations, schemas: components.schemas }
}

/** Those whose errors are problem documents. */
export function ownOperations<T extends { responses: Record<string, object> }>(
  methods: Record<string, T>,
): [method: string, operation: T][] {
  return Object.entries(methods).filter(([, { responses }]) => JSON.stringify(responses['default'])?.endsWith('/Problem"}'))
}

/** Expensive operations, which are rarely sent without a fault. */
const seldom = /\/keys\/rotate$/

/** `hostile`: undefined for some. */
export function operationCase(
  random: Random,
  fixture: Fixture,
  { schemas }: Description,
  operation: Operation,
  hostile?: boolean,
): TestCase {
  const { method, path, guarded, body, query } = operation
  const inTenant = hostile !== false && random.chance(0.1)
  const base = inTenant ? `/t/${fixture.tenant.slug}` : ''
  const valid = hostile === undefined ? random.chance(seldom.test(path) ? 0.05 : 0.3) : !hostile
  const wrong = valid ? [] : faultsFor(random, operation)
  const { headers, refused } = credential(random, fixture, { guarded, inTenant, wrong: wrong.includes('credential') })
  const target = `${base}${filled(random, fixture, path, wrong.includes('id'))}${queryOf(random, fixture, query, wrong.includes('query'))}`
  const request = { method, target, headers: [forwarded(random), ...headers] }
  const usual = (name: string) => usualFor(random, fixture, name, path)
  const value = body && example({ random, schemas, usual }, body)
  const sent = value === undefined ? undefined : bodyOf(random, value, wrong.includes('body'))
  return {
    route: `${method} ${path}`,
    request: sent === undefined ? request : withJson(request, sent),
    expected: { ...(refused ? { refused } : {}), ...(method === 'PATCH' && sent !== undefined ? { changes: textsIn(sent) } : {}) },
  }
}

/** The string members of an object. */
function textsIn(json: string): Record<string, string> {
  try {
    const texts = Object.entries(Object(JSON.parse(json))).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    return Object.fromEntries(texts)
  } catch {
    return {}
  }
}

function withJson<T extends { headers: Headers }>(request: T, text: string) {
  return { ...request, headers: [...request.headers, ['Content-Type', 'application/json'] as const], body: Buffer.from(text) }
}

type Place = 'body' | 'id' | 'query' | 'credential'

function faultsFor(random: Random, { body, path, query, guarded }: Operation): Place[] {
  const places: Place[] = [
    ...(body ? (['body', 'body', 'body', 'body'] as const) : []),
    ...(path.includes('{') ? (['id', 'id'] as const) : []),
    ...(query.length > 0 ? (['query', 'query', 'query'] as const) : []),
    ...(guarded && random.chance(0.4) ? (['credential'] as const) : []),
  ]
  return places.length === 0 ? [] : [random.pick(places), ...(random.chance(0.15) ? [random.pick(places)] : [])]
}

function bodyOf(random: Random, value: Json, wrong: boolean): string {
  if (!wrong) return written(value)
  if (random.chance(0.12)) return oddDocument(random)
  return written(mutated(random, random.chance(0.2) ? mutated(random, value) : value))
}

function credential(
  random: Random,
  fixture: Fixture,
  { guarded, inTenant, wrong }: { guarded: boolean; inTenant: boolean; wrong: boolean },
) {
  const bearer = (token: string): Headers => [['Authorization', `Bearer ${token}`]]
  const { people, tenant, tokens, apiKeys } = fixture
  if (!guarded) return { headers: [] as Headers, refused: false }
  if (!wrong) {
    if (inTenant) return { headers: bearer(tenant.administrator.access), refused: false }
    return { headers: bearer(random.chance(0.15) ? random.pick(tokens.get('machine')!) : people.superadmin.access), refused: false }
  }
  if (random.chance(0.2)) return { headers: bearer(random.pick([people.viewer, people.operator, people.org_admin]).access), refused: false }
  if (random.chance(0.1)) return { headers: [['X-API-Key', random.pick(apiKeys)]] as Headers, refused: false }
  if (random.chance(0.1)) return { headers: [] as Headers, refused: true }
  if (inTenant) return { headers: bearer(people.superadmin.access), refused: true }
  return { headers: bearer(invalidToken(random, fixture)), refused: true }
}

/** The path with its parameters replaced by ids. The segments before a parameter name the kind of the id. */
function filled(random: Random, fixture: Fixture, path: string, wrong: boolean): string {
  const places = [...path.matchAll(/\{(\w+)\}/g)]
  const bad = wrong ? random.below(places.length) : -1
  return places.reduce((filling, [place, name], n) => {
    const known = idsAt(fixture, path, name as string)
    const id = n === bad || known.length === 0 ? hostileId(random, fixture) : encodeURIComponent(random.pick(known))
    return filling.replace(place, () => id)
  }, path)
}

function idsAt({ ids, clients }: Fixture, path: string, name: string): readonly string[] {
  if (name === 'id' && path.endsWith('{secret}')) return [clients.asking.id]
  const segments = path
    .slice(0, path.indexOf(`{${name}}`))
    .replace(/\/\{\w+\}/g, '')
    .split('/')
    .filter(Boolean)
  const [parent, kind] = segments.slice(-2) as [string, string]
  return ids[`${kind}.${name}`] ?? ids[`${parent}/${kind}`] ?? ids[kind] ?? []
}

function queryOf(random: Random, fixture: Fixture, query: Operation['query'], wrong: boolean): string {
  const bad = wrong ? random.pick(query) : undefined
  const fields: Field[] = random.some(query.filter((one) => one !== bad)).map(({ name, schema }) => {
    const value = sample({ random, schemas: {}, usual: (one) => usualFor(random, fixture, one) }, schema, name)
    return [name, String(value)]
  })
  if (!bad) return fields.length > 0 ? `?${encoded(fields)}` : ''
  const hostileValue = random.chance(0.3)
    ? new Raw(random.pick(['%', '%00', '%zz', '%ff', '%ED%A0%BD', '%0d%0a', '', '%u0041']))
    : hostileText(random, 'x')
  const [value, times] = [hostileValue instanceof Raw ? hostileValue : hostileValue.slice(0, 3000), random.chance(0.1) ? 1500 : 1]
  return `?${encoded([...fields, ...Array.from({ length: times }, (): Field => [bad.name, value])])}`
}

/** Valid values for a member of this name. */
function usualFor(random: Random, fixture: Fixture, name: string, path = ''): readonly string[] {
  const { ids, tokens, resource, tenant } = fixture
  const fresh = `n${random.below(1_000_000_000)}`
  const known: Readonly<Record<string, readonly string[]>> = {
    configurations: ids['credentials.configurations']!,
    clients: [fixture.clients.web.id],
    entity_id: [`https://${fresh}.example`],
    issuer: [`https://${fresh}.example`],
    trust_mark_type: [`https://${fresh}.example/mark`],
    url: [`${fixture.world.receiver.url}/hook`],
    user_ids: ids['users']!,
    user: ids['users']!,
    by: ids['users']!,
    target: ids['users']!,
    client: ids['clients']!,
    email: [`${fresh}@example.com`, fixture.people.viewer.login],
    identifier: path.endsWith('/login') ? [tenant.administrator.login, fixture.people.viewer.login] : [`https://${fresh}.example`],
    username: [fresh],
    display_name: ['A name'],
    password: [password],
    old_password: [random.chance(0.1) ? password : 'not the old password'],
    new_password: ['another long password'],
    refresh_token: random.chance(0.5) ? tokens.get('unspent')!.slice(-1) : tokens.get('refresh')!,
    tenant_slug: [tenant.slug],
    slug: [fresh],
    id: path.endsWith('/assignments') ? [...ids['users']!, ...ids['groups']!] : [fresh],
    name: [fresh],
    client_id: [fresh],
    redirect_uris: ['https://app.example/callback', 'http://127.0.0.1/callback', 'com.example.app:/x'],
    post_logout_redirect_uris: ['https://app.example/'],
    grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
    token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post', 'none'],
    scope: ['openid profile email', 'openid', 'read'],
    resource_server: [resource.identifier],
    access_token_claim_sources: ['account.email', 'client.client_name'],
    member: ['team', 'orders:read', 'x'],
    after: [...ids['users']!, '1.x'],
    title: ['Team'],
  }
  return Object.hasOwn(known, name) ? known[name]! : []
}
