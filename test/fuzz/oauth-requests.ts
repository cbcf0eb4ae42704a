/** Valid requests to the OAuth and OpenID Connect endpoints, apart from those of one specification that have a file of their own. */
import { browserHeaders } from './browser.ts'
import type { Client, Fixture } from './fixture.ts'
import { anyToken, forged, invalidToken, mutatedToken } from './identifiers.ts'
import { backchannelRequest, deviceCode, offer, preAuthorized } from './obtained.ts'
import type { Random } from './random.ts'
import type { Field } from './request.ts'
import { foreignHost } from './text.ts'
import { basic, challenge, credentialsIn, ifGiven, isInBody, redirectUri, scope, verifier } from './tokens.ts'
import { bearer, type Fill, type Usual } from './usual.ts'
import { now } from './world.ts'

export const authorization: Fill = (random, fixture, method) => {
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
  const all = [...fields, ...optional.filter(() => random.chance(0.2))]
  return { ...(method === 'POST' ? { form: all } : { query: all }), headers }
}

/** Each grant type once in a while, by a client that may use it. */
const tokenRequest: Fill = async (random, fixture) => {
  const { clients, resource, hmac } = fixture
  const [grant_type, fields] = await random.pick(grants)(random, fixture)
  const machine = grant_type === 'client_credentials' ? random.pick([clients.machine, clients.opaque, hmac]) : undefined
  const client = machine ?? (grant_type === preAuthorized ? clients.wallet : clients.web)
  const form: Field[] = [
    ...Object.entries({ grant_type, ...fields }),
    ...(random.chance(0.2) ? ([['resource', resource.identifier]] as const) : []),
  ]
  const sender: Client = random.chance(0.2) ? { ...client, posts: true } : client
  return { form: [...form, ...credentialsIn(sender)], headers: isInBody(sender) ? [] : [basic(sender)] }
}

type GrantRequest = (random: Random, fixture: Fixture) => Promise<[grantType: string, fields: Record<string, string>]>

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

const grants: readonly GrantRequest[] = [
  async () => ['client_credentials', { scope: 'read' }],
  async (random, fixture) => [
    'authorization_code',
    { code: await fixture.code(random), redirect_uri: redirectUri, code_verifier: verifier },
  ],
  async (random, fixture) => ['refresh_token', { refresh_token: await fixture.refreshToken(random) }],
  async (_random, { people: { viewer } }) => ['password', { username: viewer.login, password: viewer.password, scope: 'openid' }],
  async (random, fixture) => [
    'urn:ietf:params:oauth:grant-type:device_code',
    { device_code: await ifGiven(deviceCode(fixture, random).then(({ device_code }) => device_code)) },
  ],
  async (random, fixture) => ['urn:openid:params:grant-type:ciba', { auth_req_id: await ifGiven(backchannelRequest(fixture, random)) }],
  async (random, fixture) => [preAuthorized, { 'pre-authorized_code': await ifGiven(offer(fixture, random).then(({ code }) => code)) }],
  async (random, { tokens }) => [exchange, { subject_token: random.pick(tokens.get('access') ?? ['x']), subject_token_type: accessToken }],
  async (random, { world: { keys }, declared, people, harness }) => {
    const times = { iat: now(), exp: now() + 60, jti: `jti-${random.below(1_000_000_000)}` }
    const claims = { iss: declared.trustedIssuer, sub: people.viewer.subject, aud: harness.issuer, ...times }
    return ['urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: keys.sign('JWT', claims), scope: 'read' }]
  },
]

function introspector(random: Random, { resource, clients, apiKeys }: Fixture): readonly [string, string] {
  if (random.chance(0.05)) return ['X-API-Key', random.pick(apiKeys)]
  return random.chance(0.8) ? basic({ id: resource.identifier, secret: resource.secret }) : basic(random.pick(Object.values(clients)))
}

function aboutToken(random: Random, fixture: Fixture, credential: readonly [string, string]): Usual {
  const inactive = random.chance(0.5)
  const token = inactive ? forged(random, fixture) : random.pick([anyToken(random, fixture), mutatedToken(random, fixture)])
  const hint: Field[] = random.chance(0.3) ? [['token_type_hint', random.pick(['access_token', 'refresh_token', 'x', '__proto__'])]] : []
  return { form: [['token', token], ...hint], headers: [credential], expected: { inactive } }
}

const userInfo: Fill = (random, fixture, method) => {
  const { tokens } = fixture
  const refused = random.chance(0.6)
  const token = refused
    ? invalidToken(random, fixture)
    : random.pick([...(tokens.get('access') ?? []), ...(tokens.get('person') ?? []), mutatedToken(random, fixture)])
  if (random.chance(0.8)) return { headers: [bearer(token)], expected: { refused } }
  return { [method === 'POST' ? 'form' : 'query']: [['access_token', token]], expected: { refused } }
}

const logout: Fill = (random, { tokens, clients, people }, method) => {
  const optional: Field[] = [
    ['id_token_hint', random.pick([...(tokens.get('id') ?? ['x']), ...(tokens.get('access') ?? [])])],
    ['client_id', clients.web.id],
    ['post_logout_redirect_uri', random.pick(['https://app.example/', `https://${foreignHost}/`])],
    ['state', 'state'],
    ['logout_hint', people.viewer.login],
    ['ui_locales', 'de'],
  ]
  return { [method === 'POST' ? 'form' : 'query']: random.some(optional), headers: browserHeaders(random, people.operator.jar) }
}

export const oauthRequests: Readonly<Record<string, Fill>> = {
  '/authorize': authorization,
  '/api/authorization': authorization,
  '/token': tokenRequest,
  '/introspect': (random, fixture) => aboutToken(random, fixture, introspector(random, fixture)),
  '/revoke': (random, fixture) => aboutToken(random, fixture, basic(fixture.clients.web)),
  '/userinfo': userInfo,
  '/logout': logout,
}
