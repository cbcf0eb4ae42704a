/** All that `gatehouse connections check` finds, word for word. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { aConnection, issuer, metadata, NOW, scriptedProvider } from '../../test/scripted-provider.ts'
import { sha256 } from '../protocol/codec/digest.ts'
import { checkConnection } from './check.ts'

const discovery = '/.well-known/openid-configuration'
const at = (time: number) => ({ date: new Date(time * 1000).toUTCString() })
const plain = { preset: 'oauth2', authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, issuer: undefined }
const refusedCode = { status: 400, body: { error: 'invalid_grant' } }
const readable = `ok: The metadata of ${issuer} can be read.`
const known = 'ok: The provider knows client us and its secret.'
const callback = 'https://id.example/connections/staff/callback'
const taken = `ok: The authorization endpoint takes the request. If it shows an error to people, register ${callback} as a redirect URI there.`
const usual = [readable, known, taken]
/** What is found of a provider with this metadata besides. */
const told = (more: object, headers = {}) => ({ [discovery]: { body: { ...metadata, ...more }, headers } })
const sendingBack = (location: string) => ({ '/authorize': { status: 302, headers: { location } } })

type Row = [what: string, answers: Parameters<typeof scriptedProvider>[0], connection: object, found: string[]]
const rows: Row[] = [
  ['nothing that is wrong', {}, {}, usual],
  ['a clock that agrees', told({}, at(NOW - 30)), {}, [readable, 'ok: Its clock and ours agree.', known, taken]],
  [
    'a clock that is behind',
    told({}, at(NOW - 31)),
    {},
    [readable, 'problem: Our clock is 31 seconds ahead of that of the provider: set both by NTP.'],
  ],
  [
    'a clock that is ahead',
    told({}, at(NOW + 31)),
    {},
    [readable, 'problem: Our clock is 31 seconds behind that of the provider: set both by NTP.'],
  ],
  ['no date that can be read', told({}, { date: 'today' }), {}, usual],
  [
    'another status than 200',
    { [discovery]: { status: 201, body: metadata } },
    {},
    [`problem: ${issuer}${discovery} answers with status 201: is the issuer right?`],
  ],
  [
    'metadata without an issuer',
    told({ issuer: undefined }),
    {},
    [`problem: ${issuer}${discovery} is no metadata of an OpenID provider: is the issuer right?`],
  ],
  [
    'an issuer that is no text',
    told({ issuer: 7 }),
    {},
    [`problem: ${issuer}${discovery} is no metadata of an OpenID provider: is the issuer right?`],
  ],
  [
    'metadata that is null',
    { [discovery]: { body: 'null' } },
    {},
    [`problem: ${issuer}${discovery} is no metadata of an OpenID provider: is the issuer right?`],
  ],
  [
    'metadata that is no JSON',
    { [discovery]: { body: '<html>' } },
    {},
    [`problem: ${issuer}${discovery} is no metadata of an OpenID provider: is the issuer right?`],
  ],
  ['a slash too many', {}, { issuer: `${issuer}/` }, [`problem: The provider calls itself ${issuer}: write the issuer exactly like this.`]],
  [
    'a provider that is not there',
    { [discovery]: undefined },
    {},
    [`problem: ${issuer}${discovery} cannot be read: sso.example: the connection was refused.`],
  ],
  ['metadata without an endpoint', told({ token_endpoint: undefined }), {}, [readable, 'problem: its metadata has no token_endpoint.']],
  [
    'scopes that are not listed, each once, of signing in and of the vault',
    told({ scopes_supported: ['openid', 'read'] }),
    { sign_in: { scope: 'openid  a c' }, vault: { enabled: true, scope: 'a b read' } },
    [
      readable,
      ...['a', 'c', 'b'].map(
        (word) => `problem: The provider does not list the scope ${word}: leave it out of the connection, or allow it there.`,
      ),
      known,
      taken,
    ],
  ],
  [
    'scopes of what is off',
    told({ scopes_supported: ['openid'] }),
    { sign_in: { enabled: false, scope: 'a' }, vault: { enabled: false, scope: 'b' } },
    usual,
  ],
  ['what is listed', told({ scopes_supported: ['openid', 'profile', 'email'] }), {}, usual],
  [
    'a method that is not listed',
    told({ token_endpoint_auth_methods_supported: ['client_secret_post', 'none'] }),
    {},
    [
      readable,
      'problem: The provider does not list client_secret_basic: set token_endpoint_auth_method to one of client_secret_post, none.',
      known,
      taken,
    ],
  ],
  [
    'a method that is not the one of all',
    {},
    { token_endpoint_auth_method: 'client_secret_post' },
    [
      readable,
      'problem: The provider does not list client_secret_post: set token_endpoint_auth_method to one of client_secret_basic.',
      known,
      taken,
    ],
  ],
  [
    'PKCE without S256',
    told({ code_challenge_methods_supported: ['plain'] }),
    {},
    [readable, 'warning: The provider does not list PKCE with S256. It is used all the same.', known, taken],
  ],
  ['PKCE with S256', told({ code_challenge_methods_supported: ['S256'] }), {}, usual],
  [
    'its name in its answers',
    told({ authorization_response_iss_parameter_supported: true }),
    {},
    [readable, 'ok: It names itself in its answers (RFC 9207), which is checked.', known, taken],
  ],
  [
    'no revocation endpoint',
    told({ revocation_endpoint: undefined }),
    { vault: { enabled: true } },
    [readable, 'warning: It has no revocation endpoint: a token that is removed here stays in force there.', known, taken],
  ],
  ['no revocation endpoint, and no vault', told({ revocation_endpoint: undefined }), {}, usual],
  [
    'GitHub, which has a way of its own',
    { '/login/oauth/access_token': refusedCode, '/login/oauth/authorize': {} },
    { preset: 'github', issuer: undefined, vault: { enabled: true } },
    [known, taken],
  ],
  ['a server of plain OAuth', {}, { ...plain, token_endpoint_auth_method: 'client_secret_post' }, [known, taken]],
  [
    'no keys are named',
    told({ jwks_uri: undefined }),
    {},
    [readable, 'problem: Its metadata has no jwks_uri, so that its ID tokens cannot be verified.', known, taken],
  ],
  ...[{ keys: [] }, { keys: {} }, {}, 'null'].map(
    (body): Row => [
      `keys that are ${JSON.stringify(body)}`,
      { '/jwks': { body } },
      {},
      [readable, 'problem: Its key set holds no keys, so that its ID tokens cannot be verified.', known, taken],
    ],
  ),
  ['keys out of reach', { '/jwks': undefined }, {}, [readable, `problem: Its keys cannot be read at ${issuer}/jwks.`, known, taken]],
  [
    'a client that is refused',
    { '/token': { status: 401, body: { error: 'invalid_client' } } },
    {},
    [
      readable,
      'problem: The provider refuses client us (the provider answered invalid_client): check client_id, the client secret and token_endpoint_auth_method.',
      taken,
    ],
  ],
  [
    'a token endpoint out of reach',
    { '/token': undefined },
    {},
    [readable, 'problem: The token endpoint cannot be used: sso.example: the connection was refused.', taken],
  ],
  [
    'an answer of no use',
    { '/token': { status: 400, body: { error: 'teapot' } } },
    {},
    [readable, 'warning: The token endpoint does not say whether it knows the client: the provider answered teapot.', taken],
  ],
  ['a token for a code that never was', { '/token': { body: { access_token: 'at', token_type: 'bearer' } } }, {}, usual],
  [
    'logout tokens',
    told({ backchannel_logout_supported: true }),
    {},
    [
      ...usual,
      'ok: It can end sessions here: register https://id.example/connections/staff/backchannel-logout as the back-channel logout URI there.',
    ],
  ],
  ['logout tokens, of no use without signing in', told({ backchannel_logout_supported: true }), { sign_in: { enabled: false } }, usual],
  [
    'a redirect URI that is refused',
    { '/authorize': { status: 400 } },
    {},
    [
      readable,
      known,
      `problem: The authorization endpoint refuses the request with status 400: register ${callback} as a redirect URI there.`,
    ],
  ],
  [
    'an error that is sent back',
    sendingBack(`${callback}?error=invalid_scope`),
    {},
    [
      readable,
      known,
      'problem: The authorization endpoint answers invalid_scope: check the scopes (openid profile email) and what the client may do there.',
    ],
  ],
  [
    'an error of what the vault asks for',
    sendingBack(`${callback}?error=x`),
    { sign_in: { enabled: false } },
    [
      readable,
      known,
      'problem: The authorization endpoint answers x: check the scopes (openid profile email offline_access) and what the client may do there.',
    ],
  ],
  ['an error that is sent elsewhere', sendingBack('https://elsewhere.example/?error=x'), {}, usual],
  ['a way back without an error', sendingBack(`${callback}?code=x`), {}, usual],
  [
    'an authorization endpoint out of reach',
    { '/authorize': undefined },
    {},
    [readable, 'problem: sso.example: the connection was refused.'],
  ],
]

suite('of a connection is found', () => {
  for (const [what, answers, more, found] of rows)
    test(what, async () => {
      const { deps } = scriptedProvider({ '/token': refusedCode, '/authorize': {}, ...answers })
      const findings = await checkConnection(deps, aConnection(more))
      assert.deepEqual(
        findings.map(({ level, text }) => `${level}: ${text}`),
        found,
      )
    })
})

test('what it asks, as a sign-in would', async () => {
  const { deps, asked } = scriptedProvider({ '/token': refusedCode, '/authorize': {} })
  deps.cache.set('anything', {} as never)
  await checkConnection(deps, aConnection())
  assert.deepEqual([...deps.cache.keys()], ['anything'], 'what others remember is left alone')
  const [redeemed, begun] = ['/token', '/authorize'].map((path) => asked.find((one) => one.path === path)!)
  const code = { grant_type: 'authorization_code', code: 'no-code', redirect_uri: callback, code_verifier: 'x'.repeat(43) }
  assert.deepEqual(redeemed!.params, code)
  const { code_challenge: challenge, ...sent } = begun!.params
  assert.equal(challenge, sha256('x'.repeat(43)))
  assert.deepEqual(sent, {
    ...{ client_id: 'us', response_type: 'code', redirect_uri: callback, scope: 'openid profile email' },
    ...{ state: 'check', nonce: 'check', code_challenge_method: 'S256' },
  })
  assert.deepEqual(begun!.headers, { accept: 'text/html' })
})

test('a secret that is no key file is told with the way to mend it; a fault of ours is not a finding', async () => {
  const { deps } = scriptedProvider({})
  const apple = { preset: 'apple', issuer, team_id: 'T', key_id: 'K' }
  const failing = (error: Error) => ({
    ...deps,
    appleSecret: () => {
      throw error
    },
  })
  const found = await checkConnection(failing(new RangeError('it is no key')), aConnection(apple))
  assert.deepEqual(
    found.map(({ text }) => text),
    [`The metadata of ${issuer} can be read.`, 'it is no key: set it with "gatehouse connections set-secret"'],
  )
  await assert.rejects(checkConnection(failing(new TypeError('ours')), aConnection(apple)), { name: 'TypeError' })
  const request: typeof deps.remote.request = async (ask) => {
    if (ask.url === metadata.token_endpoint) throw new TypeError('ours')
    return deps.remote.request(ask)
  }
  await assert.rejects(checkConnection({ ...deps, remote: { ...deps.remote, request } }, aConnection()), { name: 'TypeError' })
})
