/** Test cases for the OAuth and OpenID Connect endpoints in the discovery document: valid requests, and requests with one or two hostile parameters. */
import { browserHeaders, forwarded } from './browser.ts'
import type { Client, Fixture } from './fixture.ts'
import type { Headers, Request } from './http.ts'
import { anyToken, forged, invalidToken, mutatedToken } from './identifiers.ts'
import { Raw } from './json.ts'
import type { Expectation } from './oracle.ts'
import type { Random } from './random.ts'
import { encoded, type Field, posted } from './request.ts'
import type { TestCase } from './test-case.ts'
import { foreignHost, hostileText } from './text.ts'
import { basic, challenge, redirectUri, scope, verifier } from './tokens.ts'

/** `name`: as in the discovery document, such as `token_endpoint`. */
export interface Endpoint {
  name: string
  path: string
}

export function readDiscovery(document: Readonly<Record<string, unknown>>): Endpoint[] {
  const named = Object.entries(document).filter(([name, value]) => /_(?:endpoint|uri)$/.test(name) && typeof value === 'string')
  const issuer = new URL(document['issuer'] as string)
  return named.flatMap(([name, value]) => {
    const { origin, pathname } = new URL(value as string)
    return origin === issuer.origin ? [{ name, path: pathname }] : []
  })
}

interface Usual {
  fields: Field[]
  headers?: Headers
  get?: boolean
  expected?: Expectation
}

type Fill = (random: Random, fixture: Fixture) => Usual | Promise<Usual>

const fills: Readonly<Record<string, Fill>> = {
  authorization_endpoint: authorization,
  token_endpoint: tokenRequest,
  introspection_endpoint: (random, fixture) => aboutToken(random, fixture, introspector(random, fixture)),
  revocation_endpoint: (random, fixture) => aboutToken(random, fixture, basic(fixture.clients.web)),
  userinfo_endpoint: userInfo,
  end_session_endpoint: logout,
  jwks_uri: () => ({ fields: [], get: true }),
}

export async function endpointCase(random: Random, fixture: Fixture, { name, path }: Endpoint): Promise<TestCase> {
  const fill = fills[name] ?? ((): Usual => ({ fields: everything(random, fixture) }))
  const usual = await fill(random, fixture)
  const fields = random.chance(0.15) ? usual.fields : mutatedFields(random, fixture, usual.fields)
  const headers = [forwarded(random), ...(usual.headers ?? [])]
  const base = random.chance(0.05) ? `/t/${fixture.tenant.slug}` : ''
  const get = usual.get ?? random.chance(0.1)
  const target = base + path
  const request: Request = get
    ? { method: 'GET', target: `${target}${fields.length > 0 ? `?${encoded(fields)}`.slice(0, 15_000) : ''}`, headers }
    : posted(target, fields, headers)
  const isKnown = fields === usual.fields && (base === '' || !bearsTokenOf(fixture, request))
  return { route: `${request.method} ${path}`, request, expected: isKnown ? (usual.expected ?? {}) : {} }
}

/** Tokens of the tenant are invalid everywhere but there. */
function bearsTokenOf({ tokens }: Fixture, { target, headers, body }: Request): boolean {
  const sent = JSON.stringify([target, headers, body?.toString()])
  return (tokens.get('elsewhere') ?? []).some((token) => sent.includes(token))
}

function authorization(random: Random, fixture: Fixture): Usual {
  const { clients, people, resource, tokens } = fixture
  const client = random.pick([clients.web, clients.asking, clients.open])
  const fields: Field[] = Object.entries({
    client_id: client.id,
    response_type: random.pick(['code', 'code', 'code', 'none', 'token', 'code id_token']),
    redirect_uri: redirectUri,
    scope,
    state: 'state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  const optional: Field[] = [
    ['nonce', 'nonce'],
    ['prompt', random.pick(['none', 'login', 'consent', 'select_account', 'create', 'none login'])],
    ['max_age', random.pick(['0', '1', '999999999', '-1', '1.5', '1e9'])],
    ['login_hint', people.viewer.login],
    ['id_token_hint', random.pick([...(tokens.get('id') ?? ['x']), mutatedToken(random, fixture)])],
    ['acr_values', random.pick(['aal2', 'aal1 aal2', 'x'])],
    ['ui_locales', 'de fr x-klingon'],
    ['display', random.pick(['page', 'popup', 'x'])],
    ['response_mode', random.pick(['query', 'fragment', 'form_post', 'form_post', 'jwt'])],
    ['resource', resource.identifier],
    ['claims', '{"userinfo":{"email":null}}'],
    ['request', 'eyJhbGciOiJub25lIn0.e30.'],
    ['request_uri', 'http://127.0.0.1:9/x'],
    ['registration', '{}'],
  ]
  const signedIn = random.chance(0.7)
  const headers = signedIn ? browserHeaders(random, people.viewer.jar) : ([['Accept', 'text/html']] as const)
  return { fields: [...fields, ...optional.filter(() => random.chance(0.2))], headers, get: random.chance(0.6) }
}

async function tokenRequest(random: Random, fixture: Fixture): Promise<Usual> {
  const { clients, people, resource, hmac } = fixture
  const grants: (() => Promise<{ client: Client; fields: Field[] }>)[] = [
    async () => ({
      client: random.pick([clients.machine, clients.opaque, hmac]),
      fields: [
        ['grant_type', 'client_credentials'],
        ['scope', 'read'],
      ],
    }),
    async () => ({
      client: clients.web,
      fields: Object.entries({
        grant_type: 'authorization_code',
        code: await fixture.code(random),
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    }),
    async () => ({
      client: clients.web,
      fields: [
        ['grant_type', 'refresh_token'],
        ['refresh_token', await fixture.refreshToken(random)],
      ],
    }),
    async () => ({
      client: clients.web,
      fields: Object.entries({ grant_type: 'password', username: people.viewer.login, password: people.viewer.password, scope: 'openid' }),
    }),
  ]
  const { client, fields } = await random.pick(grants)()
  const more: Field[] = random.chance(0.3) ? [['resource', resource.identifier]] : []
  if (random.chance(0.2) && client.secret !== undefined)
    return { fields: [...fields, ...more, ['client_id', client.id], ['client_secret', client.secret]], get: false }
  return { fields: [...fields, ...more], headers: [basic(client)], get: false }
}

function introspector(random: Random, { resource, clients, apiKeys }: Fixture): readonly [string, string] {
  if (random.chance(0.05)) return ['X-API-Key', random.pick(apiKeys)]
  return random.chance(0.8) ? basic({ id: resource.identifier, secret: resource.secret }) : basic(random.pick(Object.values(clients)))
}

function aboutToken(random: Random, fixture: Fixture, credential: readonly [string, string]): Usual {
  const inactive = random.chance(0.5)
  const token = inactive ? forged(random, fixture) : random.pick([anyToken(random, fixture), mutatedToken(random, fixture)])
  const hint: Field[] = random.chance(0.3) ? [['token_type_hint', random.pick(['access_token', 'refresh_token', 'x', '__proto__'])]] : []
  return { fields: [['token', token], ...hint], headers: [credential], get: false, expected: { inactive } }
}

function userInfo(random: Random, fixture: Fixture): Usual {
  const { tokens } = fixture
  const refused = random.chance(0.6)
  const token = refused
    ? invalidToken(random, fixture)
    : random.pick([...(tokens.get('access') ?? []), ...(tokens.get('person') ?? []), mutatedToken(random, fixture)])
  if (random.chance(0.2)) return { fields: [['access_token', token]], get: random.chance(0.3), expected: { refused } }
  return { fields: [], headers: [['Authorization', `Bearer ${token}`]], get: random.chance(0.7), expected: { refused } }
}

function logout(random: Random, fixture: Fixture): Usual {
  const { tokens, clients, people } = fixture
  const optional: Field[] = [
    ['id_token_hint', random.pick([...(tokens.get('id') ?? ['x']), mutatedToken(random, fixture)])],
    ['client_id', clients.web.id],
    ['post_logout_redirect_uri', random.pick(['https://app.example/', `https://${foreignHost}/`])],
    ['state', 'state'],
    ['logout_hint', people.viewer.login],
    ['ui_locales', 'de'],
  ]
  return { fields: random.some(optional), headers: browserHeaders(random, people.operator.jar) }
}

/** For an endpoint that this file does not know: the parameters of the others. */
function everything(random: Random, fixture: Fixture): Field[] {
  return authorization(random, fixture).fields.concat([
    ['token', anyToken(random, fixture)],
    ['grant_type', 'authorization_code'],
  ])
}

const addresses = [
  `https://${foreignHost}/`,
  `${redirectUri}@${foreignHost}`,
  `${redirectUri}/../x`,
  `${redirectUri}#x`,
  `//${foreignHost}`,
  'javascript:xfuzz()',
  'data:text/html,x',
  'https://app.example\\@x',
  'http://[::1',
  'urn:x',
  redirectUri.toUpperCase(),
]
const rawValues = ['%', '%00', '%zz', '%ff', '%ED%A0%BD', '%0d%0aX-Fuzz:%201', '%c0%80', '+', '%', '=', '%u0041']

/** Makes one or two parameters hostile, missing or repeated, or replaces their values with a token of another kind. */
export function mutatedFields(random: Random, fixture: Fixture, fields: readonly Field[]): readonly Field[] {
  const once = mutatedOnce(random, fixture, fields)
  return random.chance(0.2) ? mutatedOnce(random, fixture, once) : once
}

function mutatedOnce(random: Random, fixture: Fixture, fields: readonly Field[]): readonly Field[] {
  if (fields.length === 0) return [[random.pick(['x', '__proto__', '', 'access_token']), hostileText(random, 'x')]]
  const at = random.below(fields.length)
  const [name, value] = fields[at]!
  const text = value instanceof Raw ? value.text : value
  const withValue = (other: string | Raw): Field[] => fields.map((one, n) => (n === at ? [name, other] : one))
  switch (random.below(12)) {
    case 0:
      return fields.filter((_, n) => n !== at)
    case 1:
      return [...fields, [name, random.pick([text, 'x', ''])]]
    case 2:
      return [...fields, [hostileText(random, name).slice(0, 2000), 'x']]
    case 3:
      return many(random, fields, name, text)
    case 4:
    case 5:
      return withValue(random.chance(0.7) ? anyToken(random, fixture) : mutatedToken(random, fixture))
    case 6:
      return withValue(new Raw(random.pick(rawValues)))
    case 7:
      return /uri|resource|target/.test(name) ? withValue(random.pick(addresses)) : withValue(hostileText(random, text))
    default:
      return withValue(hostileText(random, text))
  }
}

function many(random: Random, fields: readonly Field[], name: string, value: string): readonly Field[] {
  const repeated = random.pick([name, 'resource', 'scope', 'x'])
  const count = random.pick([2, 100, 1000, 4000])
  return [
    ...fields,
    ...Array.from({ length: count }, (_, n): Field => [repeated, random.chance(0.01) ? value.slice(0, 20) : new Raw(`a:${n}`)]),
  ]
}
