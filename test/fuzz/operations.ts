/** The JSON APIs, as `/openapi.json` describes them: requests that fit, and requests with one or two things wrong. */
import type { Attack } from './attack.ts'
import type { Headers } from './http.ts'
import { hostileId, worthlessToken } from './identifiers.ts'
import { type Json, mutated, oddDocument, Raw, type Schema, sample, written } from './json.ts'
import { password } from './people.ts'
import type { Random } from './random.ts'
import { encoded, type Field } from './request.ts'
import { hostileText } from './text.ts'
import { forwarded } from './visit.ts'
import type { World } from './world.ts'

export interface Operation {
  method: string
  /** With `{names}`. */
  path: string
  /** Whether a token is needed. */
  guarded: boolean
  body: Schema | undefined
  query: readonly { name: string; schema: Schema }[]
}

/** What the interface description offers, and the schemas it refers to. */
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
}

export function readDescription({ paths, components }: Described): Description {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      guarded: security.length > 0,
      body: requestBody?.content['application/json']?.schema,
      query: parameters.filter((one) => one.in === 'query'),
    })),
  )
  return { operations, schemas: components.schemas }
}

/** Acts that would end what the requests live on, or that cost much: tried with something wrong in them, seldom as they should be. */
const seldom = /\/keys\/rotate$/

export function operationAttack(random: Random, world: World, { schemas }: Description, operation: Operation): Attack {
  const { method, path, guarded, body, query } = operation
  const inTenant = random.chance(0.1)
  const base = inTenant ? `/t/${world.tenant.slug}` : ''
  const wrong = random.chance(seldom.test(path) ? 0.05 : 0.3) ? [] : faultsFor(random, operation)
  const { headers, refused } = credential(random, world, { guarded, inTenant, wrong: wrong.includes('credential') })
  const target = `${base}${filled(random, world, path, wrong.includes('id'))}${queryOf(random, world, query, wrong.includes('query'))}`
  const request = { method, target, headers: [forwarded(random), ...headers] }
  const usual = (name: string) => usualFor(random, world, name)
  const value = body && sample({ random, schemas, usual }, body)
  const sent = value === undefined ? undefined : bodyOf(random, value, wrong.includes('body'))
  return {
    route: `${method} ${path}`,
    request: sent === undefined ? request : withJson(request, sent),
    expected: { ...(refused ? { refused } : {}), ...(method === 'PATCH' && sent !== undefined ? { changes: textsIn(sent) } : {}) },
  }
}

/** The members of an object that are texts. */
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

function credential(random: Random, world: World, { guarded, inTenant, wrong }: { guarded: boolean; inTenant: boolean; wrong: boolean }) {
  const bearer = (token: string): Headers => [['Authorization', `Bearer ${token}`]]
  const { people, tenant, tokens, apiKeys } = world
  if (!guarded) return { headers: [] as Headers, refused: false }
  if (!wrong) {
    if (inTenant) return { headers: bearer(tenant.administrator.access), refused: false }
    return { headers: bearer(random.chance(0.15) ? random.pick(tokens.get('machine')!) : people.superadmin.access), refused: false }
  }
  if (random.chance(0.2)) return { headers: bearer(random.pick([people.viewer, people.operator, people.org_admin]).access), refused: false }
  if (random.chance(0.1)) return { headers: [['X-API-Key', random.pick(apiKeys)]] as Headers, refused: false }
  if (random.chance(0.1)) return { headers: [] as Headers, refused: true }
  if (inTenant) return { headers: bearer(people.superadmin.access), refused: true }
  return { headers: bearer(worthlessToken(random, world)), refused: true }
}

/** The path with ids in place of its `{names}`; one that stands after `users/` names a person. */
function filled(random: Random, world: World, path: string, wrong: boolean): string {
  const places = [...path.matchAll(/(\w[\w-]*)\/\{(\w+)\}/g)]
  const bad = wrong ? random.below(places.length) : -1
  return places.reduce((filling, [, kind, name], n) => {
    const known =
      path.endsWith('{secret}') && kind === 'clients' ? [world.clients.asking.id] : (world.ids[name === 'user' ? 'users' : kind!] ?? [])
    const id = n === bad || known.length === 0 ? hostileId(random, world) : encodeURIComponent(random.pick(known))
    return filling.replace(`{${name}}`, () => id)
  }, path)
}

function queryOf(random: Random, world: World, query: Operation['query'], wrong: boolean): string {
  const bad = wrong ? random.pick(query) : undefined
  const fields: Field[] = random.some(query.filter((one) => one !== bad)).map(({ name, schema }) => {
    const value = sample({ random, schemas: {}, usual: (one) => usualFor(random, world, one) }, schema, name)
    return [name, String(value)]
  })
  if (!bad) return fields.length > 0 ? `?${encoded(fields)}` : ''
  const poison = random.chance(0.3)
    ? new Raw(random.pick(['%', '%00', '%zz', '%ff', '%ED%A0%BD', '%0d%0a', '', '%u0041']))
    : hostileText(random, 'x')
  const [value, times] = [poison instanceof Raw ? poison : poison.slice(0, 3000), random.chance(0.1) ? 1500 : 1]
  return `?${encoded([...fields, ...Array.from({ length: times }, (): Field => [bad.name, value])])}`
}

/** What fits a member of this name in the world as it is. */
function usualFor(random: Random, world: World, name: string): readonly string[] {
  const { ids, tokens, resource, tenant } = world
  const fresh = `n${random.below(1_000_000_000)}`
  const known: Readonly<Record<string, readonly string[]>> = {
    user_ids: ids['users']!,
    user: ids['users']!,
    by: ids['users']!,
    target: ids['users']!,
    client: ids['clients']!,
    email: [`${fresh}@example.com`, world.people.viewer.login],
    identifier: random.chance(0.5) ? [tenant.administrator.login] : [`https://${fresh}.example`],
    username: [fresh],
    display_name: ['A name'],
    password: [password],
    old_password: [random.chance(0.1) ? password : 'not the old password'],
    new_password: ['another long password'],
    refresh_token: tokens.get('refresh')!,
    tenant_slug: [tenant.slug],
    slug: [fresh],
    id: [fresh],
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
