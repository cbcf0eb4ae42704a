/** `gatehouse connections check` and its route: what is wrong with a connection is said in words, and nothing the provider sends breaks it. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { checkConnection } from '../../src/connections/check.ts'
import { connectionSchema } from '../../src/connections/connection.ts'
import { type TestApp, testApp } from '../app.ts'
import { type Upstream, upstreamProvider } from '../upstream.ts'

let gatehouse: TestApp
let upstream: Upstream
before(async () => {
  gatehouse = await testApp('sqlite')
  upstream = await upstreamProvider()
})
after(async () => {
  await upstream.close()
  await gatehouse.close()
})

async function findings(change: Record<string, unknown> = {}, secret: string | null = upstream.secret): Promise<string[]> {
  const { connections } = gatehouse.root
  const { issuer, clientId: client_id } = upstream
  const connection = connectionSchema.parse({ name: 'staff', issuer, client_id, vault: { enabled: true }, ...change })
  const sealedSecret = secret === null ? undefined : connections.secrets.seal('staff', secret)
  connections.cache.clear()
  return (await checkConnection(connections, { ...connection, sealedSecret })).map(({ level, text }) => `${level}: ${text}`)
}

test('a connection that is right is found right', async () => {
  assert.deepEqual(await findings(), [
    `ok: The metadata of ${upstream.issuer} can be read.`,
    'ok: Its clock and ours agree.',
    'ok: It names itself in its answers (RFC 9207), which is checked.',
    'ok: The provider knows client gatehouse and its secret.',
    `ok: The authorization endpoint takes the request. If it shows an error to people, register ${gatehouse.issuer}/connections/staff/callback as a redirect URI there.`,
  ])
})

test('of a provider that announces logout tokens, the address for them is told', async () => {
  upstream.twist.set('/.well-known/openid-configuration', (answer) => ({
    ...answer,
    body: { ...(answer.body as object), backchannel_logout_supported: true },
  }))
  const told = await findings()
  const withoutSignIn = await findings({ sign_in: { enabled: false } })
  upstream.twist.clear()
  assert.ok(!withoutSignIn.some((text) => text.includes('It can end sessions here')), 'who does not sign in needs no logout')
  assert.equal(
    told.at(-1),
    `ok: It can end sessions here: register ${gatehouse.issuer}/connections/staff/backchannel-logout as the back-channel logout URI there.`,
  )
})

test('a provider that does not list S256 is warned of', async () => {
  for (const [methods, warned] of [
    [['plain'], true],
    [['plain', 'S256'], false],
  ] as const) {
    upstream.twist.set('/.well-known/openid-configuration', (answer) => ({
      ...answer,
      body: { ...(answer.body as object), code_challenge_methods_supported: methods },
    }))
    const told = await findings()
    upstream.twist.clear()
    assert.equal(told.includes('warning: The provider does not list PKCE with S256. It is used all the same.'), warned)
  }
})

test('the authorization endpoint is asked as by a browser', async () => {
  const { connections } = gatehouse.root
  const asked: { url: string; headers?: Readonly<Record<string, string>> }[] = []
  const request: typeof connections.remote.request = (ask) => {
    asked.push(ask)
    return connections.remote.request(ask)
  }
  const connection = connectionSchema.parse({ name: 'staff', issuer: upstream.issuer, client_id: upstream.clientId })
  const sealedSecret = connections.secrets.seal('staff', upstream.secret)
  await checkConnection({ ...connections, remote: { ...connections.remote, request } }, { ...connection, sealedSecret })
  assert.deepEqual(asked.at(-1)?.headers, { accept: 'text/html' })
})

const wrong: readonly [
  what: string,
  finding: RegExp,
  change?: Record<string, unknown>,
  secret?: string | null | undefined,
  path?: string,
  twist?: object,
][] = [
  [
    'a wrong secret',
    /^problem: The provider refuses client gatehouse \(the provider answered invalid_client\): check client_id/,
    {},
    'wrong',
  ],
  ['no secret', /^problem: connection staff has no client secret\./, {}, null],
  ['an unknown client', /^problem: The provider refuses client nobody/, { client_id: 'nobody' }],
  [
    'an issuer with a slash too many',
    /^problem: The provider calls itself http:\/\/localhost:\d+: write the issuer exactly like this\./,
    { slash: true },
  ],
  [
    'an address that answers nothing',
    /^problem: http:\/\/localhost:1\/\.well-known\/openid-configuration cannot be read: localhost:1: /,
    { issuer: 'http://localhost:1' },
  ],
  [
    'a host that DNS does not know',
    /^problem: https:\/\/login\.invalid\/\S+ cannot be read: login\.invalid: (?:the name is not in DNS; correct the host name, or make the DNS of this machine know it|DNS does not answer; correct the DNS servers of this machine, or its way to them)\. No HTTP proxy is used\.$/m,
    { issuer: 'https://login.invalid' },
  ],
  [
    'an address inside the network',
    /^problem: .* cannot be read: 10\.0\.0\.1 is not at a public https address/,
    { issuer: 'http://10.0.0.1' },
  ],
  [
    'a scope that is not offered',
    /^problem: The provider does not list the scope write: /,
    { vault: { enabled: true, scope: 'openid write' } },
  ],
  [
    'a method that is not offered',
    /^problem: The provider does not list private_key_jwt: set token_endpoint_auth_method to one of client_secret_basic/,
    { token_endpoint_auth_method: 'private_key_jwt' },
  ],
  [
    'a page in place of metadata',
    /^problem: .* is no metadata of an OpenID provider/,
    {},
    undefined,
    '/.well-known/openid-configuration',
    { status: 200, body: '<html>' },
  ],
  [
    'metadata that is not there',
    /^problem: .* answers with status 404: is the issuer right\?/,
    {},
    undefined,
    '/.well-known/openid-configuration',
    { status: 404, body: {} },
  ],
  [
    'a redirect',
    /^problem: .* answers with status 302/,
    {},
    undefined,
    '/.well-known/openid-configuration',
    { status: 302, body: '', headers: { location: 'http://localhost/' } },
  ],
  [
    '10 MB of JSON',
    /^problem: .* cannot be read: the answer has more than \d+ bytes/,
    {},
    undefined,
    '/.well-known/openid-configuration',
    { status: 200, body: { x: 'x'.repeat(10_000_000) } },
  ],
  [
    'a clock that is off',
    /^problem: Our clock is \d+ seconds behind that of the provider/,
    {},
    undefined,
    '/.well-known/openid-configuration',
    { headers: { date: 'Fri, 01 Jan 2100 00:00:00 GMT' } },
  ],
  ['no keys', /^problem: Its key set holds no keys/, {}, undefined, '/jwks', { status: 200, body: { keys: [] } }],
  ['keys that are no JSON', /^problem: Its keys cannot be read at /, {}, undefined, '/jwks', { status: 200, body: 'nothing' }],
  [
    'a redirect URI that is not registered',
    /^problem: The authorization endpoint refuses the request with status 400: register http:.*\/connections\/staff\/callback as a redirect URI/,
    {},
    undefined,
    '/authorize',
    { status: 400, body: 'no' },
  ],
  [
    'a token endpoint that is down',
    /^problem: The token endpoint cannot be used: the provider answered with status 503/,
    {},
    undefined,
    '/token',
    { status: 503, body: {} },
  ],
  [
    'a page in place of an answer about the client',
    /^warning: The token endpoint does not say whether it knows the client: /,
    {},
    undefined,
    '/token',
    { status: 200, body: '<html>' },
  ],
  [
    'an answer with a strange code',
    /^problem: The token endpoint cannot be used: the provider answered an error code that is none/,
    {},
    undefined,
    '/token',
    { status: 429, body: { error: '\u001b[2J' } },
  ],
]

suite('what is wrong is said', () => {
  for (const [what, finding, change = {}, secret, path, twist] of wrong)
    test(what, async () => {
      const { slash, ...members } = change
      if (path !== undefined) upstream.twist.set(path, (usual) => ({ ...usual, ...twist }))
      try {
        const found = await findings(slash ? { issuer: `${upstream.issuer}/` } : members, secret === undefined ? upstream.secret : secret)
        assert.ok(
          found.some((text) => finding.test(text)),
          found.join('\n'),
        )
      } finally {
        upstream.twist.clear()
      }
    })

  test('an endpoint without TLS below an issuer with TLS, which is never asked', async () => {
    const found = await findings({
      preset: 'oauth2',
      issuer: 'https://sso.example',
      authorization_endpoint: 'http://localhost/a',
      token_endpoint: 'http://localhost/t',
    })
    assert.deepEqual(found, ['problem: authorization_endpoint in its metadata is no https URL.'])
  })

  test('an authorization endpoint that sends an error back', async () => {
    upstream.twist.set('/authorize', (_, { params }) => ({
      status: 302,
      body: '',
      headers: { location: `${params.get('redirect_uri')}?error=invalid_scope` },
    }))
    assert.ok(
      (await findings()).some((text) => text.startsWith('problem: The authorization endpoint answers invalid_scope: check the scopes')),
    )
    upstream.twist.clear()
  })
})
