/** Tokens that must be worth nothing, each shown at every place that accepts a token — RFC 8725, RFC 9068 §4. */
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { type Application, application, call, encode as encodeFields, shows, told } from './application.ts'

type Claims = Record<string, unknown>
type Header = Record<string, unknown>
interface Good {
  text: string
  header: Header
  claims: Claims
  /** The tenant's own signature, for headers and claims that it would never sign. */
  signed(header: Header, claims: Claims): Promise<string>
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Claims
const compact = (header: Header, claims: Claims, signature: string) => `${encode(header)}.${encode(claims)}.${signature}`

suite('forged tokens', () => {
  let gatehouse: TestApp
  let access: Good
  let id: Good
  let app: Application
  let machine: string
  let stranger: string
  before(async () => {
    gatehouse = await testApp('sqlite')
    const { issuer, root } = gatehouse
    await gatehouse.addClient(
      {
        client_id: 'app',
        redirect_uris: ['https://app.example/callback'],
        post_logout_redirect_uris: ['https://app.example/bye'],
        scope: 'openid',
        resource_server: issuer,
        access_token_signed_response_alg: 'RS256',
      },
      'app-secret',
    )
    await gatehouse.addClient({ client_id: 'm', grant_types: ['client_credentials'], scope: 'read' }, 'm-secret')
    await gatehouse.addAccount({ username: 'alice' }, 'wonderland')
    app = application(gatehouse, { id: 'app', secret: 'app-secret' })
    const tokens = await app.tokens(gatehouse.browser(), {}, { username: 'alice', password: 'wonderland' })
    const good = (text: string, typ: string): Good => {
      const [header, claims] = text.split('.').slice(0, 2).map(decode) as [Header, Claims]
      return { text, header, claims, signed: (_header, changed) => root.keyring.sign('RS256', typ, changed) }
    }
    access = good(tokens.access_token, 'at+jwt')
    id = good(tokens.id_token, 'JWT')
    machine = (await application(gatehouse, { id: 'm', secret: 'm-secret' }).post('/token', { grant_type: 'client_credentials' })).body
      .access_token

    await gatehouse.app.tenants.create({ slug: 'other', name: 'Other' })
    const other = await gatehouse.app.tenant('other')
    stranger = (await other?.keyring.sign('RS256', 'at+jwt', { ...access.claims, iss: `${issuer}/t/other` })) as string
  })
  after(() => gatehouse.close())

  /** Is it accepted? Each place answers in its own way. */
  const places: Record<string, { takes: 'access' | 'id'; accepts(token: string, forgery?: string): Promise<boolean> }> = {
    UserInfo: { takes: 'access', accepts: async (token) => (await shown(token)).status === 200 },
    'UserInfo, by form': {
      takes: 'access',
      accepts: async (token) =>
        (await call(`${gatehouse.issuer}/userinfo`, { body: encodeFields({ access_token: token }) })).status === 200,
    },
    introspection: { takes: 'access', accepts: async (token) => (await app.post('/introspect', { token })).body.active },
    'hint at the authorization endpoint': {
      takes: 'id',
      accepts: async (token) =>
        told(await gatehouse.browser().open(app.url({ id_token_hint: token, prompt: 'none' })))['error'] === 'login_required',
    },
    'hint at logout': {
      takes: 'id',
      async accepts(token, forgery) {
        const outcome = await atLogout(token)
        if (forgery !== undefined) assert.equal(outcome, unverifiable.has(forgery) ? 'asks the person' : 'refused')
        return outcome === 'signed out'
      },
    },
    // Last: the real one is gone afterwards.
    revocation: {
      takes: 'access',
      async accepts(token) {
        assert.equal((await app.post('/revoke', { token })).status, 200)
        return (await shown(access.text)).status !== 200
      },
    },
  }
  /** What cannot be verified for lack of a key, and says that it is ours: it is worth nothing, but its bearer may want to sign out. */
  const unverifiable = new Set(['a foreign kid', 'a key of the forger, at an address'])

  async function atLogout(token: string): Promise<string> {
    const browser = gatehouse.browser()
    await app.arrive(browser, {}, { username: 'alice', password: 'wonderland' })
    const hint = { id_token_hint: token, post_logout_redirect_uri: 'https://app.example/bye' }
    const landing = await browser.open(`/logout?${encodeFields(hint)}`)
    const isSignedIn = told(await browser.open(app.url({ prompt: 'none' })))['code'] !== undefined
    if (!isSignedIn) return landing.url.href === hint.post_logout_redirect_uri ? 'signed out' : `signed out, at ${landing.url}`
    return shows(landing, 'sign-out') ? 'asks the person' : landing.status >= 400 && landing.status < 500 ? 'refused' : `${landing.status}`
  }
  const shown = (token: string) => call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })

  const forgeries: Record<string, (good: Good) => string | Promise<string>> = {
    'not a token': () => 'garbage',
    'empty parts': () => '..',
    'two parts': ({ text }) => text.split('.').slice(0, 2).join('.'),
    'four parts': ({ text }) => `${text}.x`,
    'alg none': ({ header, claims }) => compact({ ...header, alg: 'none' }, claims, ''),
    'alg none, with a signature': ({ header, claims, text }) => compact({ ...header, alg: 'none' }, claims, text.split('.')[2] as string),
    'HS256 with the public key for a secret': async ({ header, claims }) => {
      const { keys } = (await (await fetch(`${gatehouse.issuer}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }
      const jwk = keys.find((key) => key.kid === header['kid'])
      const pem = createPublicKey({ key: jwk as never, format: 'jwk' }).export({ format: 'pem', type: 'spki' })
      const input = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`
      return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`
    },
    'HS256 with the name of a client that has no such secret': ({ claims }) => {
      const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'app' })}.${encode(claims)}`
      return `${input}.${createHmac('sha256', '').update(input).digest('base64url')}`
    },
    'another algorithm of the same family': ({ header, claims, text }) =>
      compact({ ...header, alg: 'PS256' }, claims, text.split('.')[2] as string),
    'a key of the forger, under our kid': ({ header, claims }) => forged(header, claims),
    'a key of the forger, in the header': ({ header, claims }) => forged({ ...header, jwk: publicJwk }, claims),
    'a key of the forger, at an address': ({ header, claims }) =>
      forged({ ...header, jku: 'https://evil.example/jwks', kid: 'evil' }, claims),
    'a foreign kid': ({ header, claims }) => forged({ ...header, kid: 'evil' }, claims),
    'no kid': ({ header: { kid: _, ...header }, claims, text }) => compact(header, claims, text.split('.')[2] as string),
    'a critical extension': ({ header, claims }) => forged({ ...header, crit: ['exp'], exp: 1 }, claims),
    'claims changed': ({ header, claims, text }) => compact(header, { ...claims, sub: 'somebody' }, text.split('.')[2] as string),
    'signature changed': ({ text }) => `${text.slice(0, -10)}${text.at(-10) === 'A' ? 'B' : 'A'}${text.slice(-9)}`,
    'signature in another encoding of the same bytes': ({ text }) => `${text}=`,
    'longer than any token': ({ header, claims, signed }) => signed(header, { ...claims, filler: 'x'.repeat(20_000) }),
    'of another issuer': ({ header, claims, signed }) => signed(header, { ...claims, iss: 'https://evil.example' }),
    'of another tenant': () => stranger,
  }
  const typed = ['sub', 'aud', 'client_id', 'scope', 'iat', 'exp', 'jti', 'acr', 'sid', 'gid', 'fid']
  /** What holds for tokens that are spent at once; a hint may be old. */
  const forAccess: typeof forgeries = {
    expired: ({ header, claims, signed }) => signed(header, { ...claims, exp: gatehouse.now() }),
    'without an end': ({ header, claims: { exp: _, ...claims }, signed }) => signed(header, claims),
    'not yet in force': ({ header, claims, signed }) => signed(header, { ...claims, nbf: gatehouse.now() + 120 }),
    'made in the future': ({ header, claims, signed }) => signed(header, { ...claims, iat: gatehouse.now() + 120 }),
    'an ID token': () => id.text,
    ...Object.fromEntries(
      typed.map((name) => [`${name} of another type`, ({ header, claims, signed }: Good) => signed(header, { ...claims, [name]: {} })]),
    ),
    'for another API': ({ header, claims, signed }) => signed(header, { ...claims, aud: 'https://other.example' }),
  }
  const forHints: typeof forgeries = { 'an access token': () => access.text, 'a machine’s token': () => machine }

  const thief = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicJwk = thief.publicKey.export({ format: 'jwk' })
  function forged(header: Header, claims: Claims): string {
    const input = `${encode(header)}.${encode(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), thief.privateKey).toString('base64url')}`
  }

  for (const [context, { takes, accepts }] of Object.entries(places)) {
    const table = { ...forgeries, ...(takes === 'access' ? forAccess : forHints) }
    for (const [name, forge] of Object.entries(table)) {
      // Its own client may introspect a token for any API, and revoke it. RFC 7662 §4, RFC 7009 §2.1.
      if (name === 'for another API' && !context.startsWith('UserInfo')) continue
      test(`${context}: ${name}`, async () => assert.equal(await accepts(await forge(takes === 'access' ? access : id), name), false))
    }
    test(`${context}: the real one`, async () => assert.equal(await accepts(takes === 'access' ? access.text : id.text), true))
  }
  test('introspection: a machine’s token whose grant is of another type', async () => {
    const claims = decode(machine.split('.')[1])
    const accepts = async (gid: unknown) =>
      places['introspection']?.accepts(await gatehouse.root.keyring.sign('RS256', 'at+jwt', { ...claims, gid }))
    assert.deepEqual([await accepts({}), await accepts(undefined)], [false, true])
  })
})
