import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { allowsRedirectUri, type Client, clientSchema, scopesOf } from './client.ts'
import { isWebOrigin, originsOf } from './origins.ts'
import { problemsOf } from './register.ts'

const least = { client_id: 'client', redirect_uris: ['https://app.example/callback'] }

const jwks_uri = 'https://app.example/keys'
const twoHosts = { redirect_uris: ['https://a.example/', 'https://b.example/'] }

/** Nothing yet says by which name its certificate is known. */
const pki = { token_endpoint_auth_method: 'tls_client_auth' }
const certificateNames = ['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'].map((name) => `tls_client_auth_${name}`).join(', ')

function client(change: Record<string, unknown> = {}): Client {
  return { ...clientSchema.parse({ ...least, ...change }), secretHashes: [], tokensFrom: 0 }
}

suite('registered metadata', () => {
  test('members that are not given have a safe default', () => {
    const { policy, ...rest } = client()
    assert.partialDeepStrictEqual(rest, {
      ...least,
      secretHashes: [],
      tokensFrom: 0,
      application_type: 'web',
      post_logout_redirect_uris: [],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'openid profile email',
      require_auth_time: false,
      id_token_scope_claims: false,
      access_token_typ: 'at+jwt',
      web_origins: [],
      id_token_signed_response_alg: 'RS256',
      access_token_format: 'jwt',
      access_token_signed_response_alg: 'ES256',
    })
    assert.deepEqual(policy, {
      after_session: 'keep',
      pkce: 'required',
      pushed_requests: 'optional',
      signed_requests: 'optional',
      signed_responses: 'optional',
      request_object_jti: 'optional',
      request_object_audience: 'liberal',
      assignment: 'optional',
      parameters_outside_request_object: 'ignored',
      assertion_audience: 'issuer',
      sender_constraint: 'none',
      dpop_nonce: 'optional',
      refresh_rotation: 'rotate',
      client_secret_method: 'any',
      audience_parameter: 'ignore',
      iss_parameter: 'send',
      token_exchange: 'none',
      consent: 'ask',
    })
  })

  const good: [name: string, change: Record<string, unknown>][] = [
    ['no redirect URI, for the client credentials grant', { redirect_uris: [], grant_types: ['client_credentials'] }],
    ['a native application', { application_type: 'native', redirect_uris: ['com.example.app:/cb', 'http://127.0.0.1/cb'] }],
    ['a public client', { token_endpoint_auth_method: 'none' }],
    ['no scope', { scope: '' }],
    ['a client_id that is a URL', { client_id: 'https://app.example/client?x=~' }],
    ['a distinguished name', { ...pki, tls_client_auth_subject_dn: 'CN=robot+OU=a,O=Example\\, Inc.,C=GB' }],
    ['an alternative DNS name', { ...pki, tls_client_auth_san_dns: 'client.example' }],
    ['an alternative URI', { ...pki, tls_client_auth_san_uri: 'spiffe://example/robot' }],
    ['an alternative address', { ...pki, tls_client_auth_san_ip: '2001:db8::1' }],
    ['an alternative email address', { ...pki, tls_client_auth_san_email: 'robot@client.example' }],
    ['tokens bound to a certificate', { tls_client_certificate_bound_access_tokens: true }],
    ['the shortest code', { policy: { code_lifetime: 1 } }],
    ['keys at an address', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri }],
    ['keys at an address for what is encrypted', { jwks_uri, id_token_encrypted_response_alg: 'ECDH-ES' }],
    ['signed request objects', { jwks_uri, require_signed_request_object: true }],
    ['no PKCE where it authenticates', { policy: { pkce: 'optional' } }],
    ['pairwise subjects of one host', { subject_type: 'pairwise', redirect_uris: ['https://app.example/a', 'https://app.example/b'] }],
    ['pairwise subjects of a sector', { ...twoHosts, subject_type: 'pairwise', sector_identifier_uri: 'https://app.example/sector' }],
    ['two hosts', twoHosts],
    ['notifications', { backchannel_token_delivery_mode: 'push', backchannel_client_notification_endpoint: 'https://app.example/told' }],
  ]
  for (const [name, change] of good) test(`${name} is accepted`, () => assert.doesNotThrow(() => client(change)))

  const bad: [change: Record<string, unknown>, problem: string][] = [
    [pki, `token_endpoint_auth_method tls_client_auth needs exactly one of ${certificateNames}`],
    [
      { ...pki, tls_client_auth_san_dns: 'a.example', tls_client_auth_san_ip: '192.0.2.1' },
      `token_endpoint_auth_method tls_client_auth needs exactly one of ${certificateNames}`,
    ],
    [{ tls_client_auth_san_dns: 'a.example' }, 'tls_client_auth_san_dns is for tls_client_auth only; remove it'],
    ...['robot', '/CN=robot', 'CN=robot,', 'X=robot'].map((dn): [Record<string, unknown>, string] => [
      { ...pki, tls_client_auth_subject_dn: dn },
      'tls_client_auth_subject_dn must be a distinguished name such as CN=robot,O=Example,C=GB',
    ]),
    [{ ...pki, tls_client_auth_san_dns: 'https://a.example' }, 'tls_client_auth_san_dns must be a host name'],
    [{ ...pki, tls_client_auth_san_uri: 'robot' }, 'tls_client_auth_san_uri must be an absolute URI'],
    [{ ...pki, tls_client_auth_san_ip: '192.0.2.0/24' }, 'tls_client_auth_san_ip must be an IP address'],
    [{ ...pki, tls_client_auth_san_ip: '192.0.2.1:443' }, 'tls_client_auth_san_ip must be an IP address'],
    [{ ...pki, tls_client_auth_san_ip: 'fe80::1%eth0' }, 'tls_client_auth_san_ip must be an IP address'],
    [{ ...pki, tls_client_auth_san_email: 'robot' }, 'tls_client_auth_san_email must be an email address'],
    [{ token_endpoint_auth_method: 'self_signed_tls_client_auth' }, 'jwks is needed for self_signed_tls_client_auth'],
    [
      { tls_client_certificate_bound_access_tokens: true, dpop_bound_access_tokens: true },
      'tls_client_certificate_bound_access_tokens cannot be on together with dpop_bound_access_tokens',
    ],
    [{ jwks_uri, jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'AA' }] } }, 'jwks_uri cannot stand beside jwks'],
    [
      { ...twoHosts, subject_type: 'pairwise' },
      'sector_identifier_uri is needed for pairwise subjects unless all redirect URIs have one host',
    ],
    [
      { token_endpoint_auth_method: 'none', policy: { pkce: 'optional' } },
      'policy.pkce must be required for a client that does not authenticate',
    ],
    [{ client_id: '' }, 'client_id must be 1 to 255 visible ASCII characters'],
    [{ client_id: 'a b' }, 'client_id must be 1 to 255 visible ASCII characters'],
    [{ client_id: 'ä' }, 'client_id must be 1 to 255 visible ASCII characters'],
    [{ client_id: 'x'.repeat(256) }, 'client_id must be 1 to 255 visible ASCII characters'],
    [{ redirect_uris: [] }, 'redirect_uris at least one is needed for the authorization_code grant type'],
    [{ redirect_uris: ['https://app.example/#x'] }, 'redirect_uris.0 must have no fragment'],
    [{ redirect_uris: ['https://a.example/', 'http://b.example/'] }, 'redirect_uris.1 must be https; http is for loopback addresses only'],
    [{ redirect_uris: ['com.example.app:/cb'] }, 'redirect_uris.0 must be https for a web application'],
    [
      { application_type: 'native', redirect_uris: ['app:/cb'] },
      'redirect_uris.0 a private-use scheme must be a reversed domain name, such as com.example.app',
    ],
    [{ post_logout_redirect_uris: ['/bye'] }, 'post_logout_redirect_uris.0 must be an absolute URI'],
    [{ backchannel_logout_uri: 'http://app.example/out' }, 'backchannel_logout_uri must be https'],
    [{ backchannel_logout_uri: 'https://app.example/out#x' }, 'backchannel_logout_uri must not have a fragment'],
    [
      { frontchannel_logout_uri: 'https://app.example:8443/out' },
      'frontchannel_logout_uri must have the scheme, host and port of a redirect URI',
    ],
    [{ frontchannel_logout_uri: 'https://app.example/out#x' }, 'frontchannel_logout_uri must not have a fragment'],
    [
      { grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' },
      'token_endpoint_auth_method a client that may use client_credentials must authenticate',
    ],
    [{ scope: 'a"b' }, 'scope has a character that no scope may have'],
    [{ scope: 'a\\b' }, 'scope has a character that no scope may have'],
    [{ scope: 'ä' }, 'scope has a character that no scope may have'],
    [{ scope: 'a\nb' }, 'scope has a character that no scope may have'],
    [{ logo_uri: 'javascript:alert(1)' }, 'logo_uri must be an absolute http or https URL'],
    [{ policy_uri: 'https://bank.example@evil.example/' }, 'policy_uri must hold no user name or password'],
    [{ jwks_uri: 'https://:secret@app.example/keys' }, 'jwks_uri must hold no user name or password'],
    [{ tos_uri: 'https://app.example/a b' }, 'tos_uri must have no spaces'],
    [{ client_uri: 'app.example' }, 'client_uri must be an absolute http or https URL'],
  ]
  for (const [change, problem] of bad) {
    test(`${JSON.stringify(change).slice(0, 70)}: ${problem}`, () => {
      const { error } = clientSchema.safeParse({ ...least, ...change })
      assert.deepEqual(error && problemsOf(error), [problem])
    })
  }

  const alsoBad: Record<string, unknown>[] = [
    { unknown: 'member' },
    { policy: { unknown: 'member' } },
    { policy: { pkce: 'never' } },
    { policy: { code_lifetime: 601 } },
    { policy: { allowed_algs: [] } },
    { response_types: ['token'] },
    { response_types: ['code', 'code token'] },
    { access_token_lifetime: 0 },
    { access_token_lifetime: 1.5 },
    { id_token_signed_response_alg: 'none' },
    { id_token_signed_response_alg: 'HS256' },
    { redirect_uris: Array.from({ length: 51 }, (_, i) => `https://app.example/${i}`) },
  ]
  for (const change of alsoBad) {
    test(`${JSON.stringify(change).slice(0, 70)} is refused`, () =>
      assert.equal(clientSchema.safeParse({ ...least, ...change }).success, false))
  }
})

suite('redirect URIs of a request', () => {
  const web = client({ redirect_uris: ['https://app.example/cb', 'https://app.example/cb?a=b', 'http://localhost:8000/cb'] })
  const native = client({
    application_type: 'native',
    redirect_uris: [
      'http://127.0.0.1/cb',
      'http://[::1]:7000/cb?x=1',
      'http://localhost',
      'com.example.app:/cb',
      'https://app.example:8443/cb',
    ],
  })
  const cases: [client: Client, uri: string, allowed: boolean][] = [
    [web, 'https://app.example/cb', true],
    [web, 'https://app.example/cb?a=b', true],
    [web, 'http://localhost:8000/cb', true],
    [web, 'http://localhost:8001/cb', false],
    [web, 'https://app.example/cb/', false],
    [web, 'https://app.example/CB', false],
    [web, 'https://app.example/cb?a=b&c=d', false],
    [web, 'https://app.example/cb#', false],
    [web, 'https://APP.example/cb', false],
    [web, 'https://app.example:443/cb', false],
    [web, 'https://app.example/x/../cb', false],
    [web, 'https://app.example.evil.example/cb', false],
    [web, 'https://app.example@evil.example/cb', false],
    [web, 'http://app.example/cb', false],
    [web, '', false],
    [native, 'http://127.0.0.1/cb', true],
    [native, 'http://127.0.0.1:51004/cb', true],
    [native, 'http://127.0.0.1:51004/cb/', false],
    [native, 'http://127.0.0.1:51004/cb?x=1', false],
    [native, 'http://127.0.0.1:510041/cb', false],
    [native, 'http://127.0.0.1:5100@evil.example/cb', false],
    [native, 'http://127.0.0.1:51004/cb#x', false],
    [native, 'https://127.0.0.1:51004/cb', false],
    [native, 'http://127.0.0.2/cb', false],
    [native, 'http://[::1]:9/cb?x=1', true],
    [native, 'http://[::1]/cb?x=1', true],
    [native, 'http://[::1]/cb', false],
    [native, 'http://localhost:3000', true],
    [native, 'http://localhost:3000/', false],
    [native, 'http://localhost/cb', false],
    [native, 'com.example.app:/cb', true],
    [native, 'com.example.app:/cb2', false],
    [native, 'https://app.example:8444/cb', false],
  ]
  for (const [one, uri, allowed] of cases) {
    test(`${one.application_type}: ${uri || '(empty)'} ${allowed ? 'yes' : 'no'}`, () => assert.equal(allowsRedirectUri(one, uri), allowed))
  }

  const port = fc.option(fc.integer({ min: 0, max: 65535 }), { nil: undefined })
  const host = fc.constantFrom('127.0.0.1', '[::1]', 'localhost')
  const path = fc.constantFrom('', '/', '/cb', '/cb/', '/cb?x=1', '?x=1')
  const written = (host: string, port: number | undefined, path: string) => `http://${host}${port === undefined ? '' : `:${port}`}${path}`

  test('a native loopback URI is accepted with any port, and with nothing else changed', () => {
    fc.assert(
      fc.property(host, port, path, host, port, path, (host, port, path, otherHost, otherPort, otherPath) => {
        const one = client({ application_type: 'native', redirect_uris: [written(host, port, path)] })
        const same = host === otherHost && path === otherPath
        assert.equal(allowsRedirectUri(one, written(otherHost, otherPort, otherPath)), same)
      }),
    )
  })

  test('for a web client only the same text is accepted', () => {
    fc.assert(
      fc.property(fc.constantFrom(...web.redirect_uris), fc.string({ maxLength: 3 }), fc.nat(30), (uri, put, at) => {
        const changed = uri.slice(0, at) + put + uri.slice(at)
        assert.equal(allowsRedirectUri(web, changed), web.redirect_uris.includes(changed))
      }),
    )
  })
})

test('the scopes of a client are separated by spaces', () => {
  assert.deepEqual(scopesOf(client({ scope: ' openid  email ' })), ['openid', 'email'])
  assert.deepEqual(scopesOf(client({ scope: '' })), [])
})

test('a web origin is what a browser sends', () => {
  for (const origin of ['https://app.example', 'http://localhost:5173', 'capacitor://localhost', 'http://[::1]:8080'])
    assert.ok(isWebOrigin(origin), origin)
  const wrong = ['https://app.example/', 'https://App.example', 'https://app.example:443', 'null', '*', 'https://*.example', 'app.example']
  const local = ['file', 'data', 'blob'].flatMap((scheme) => [`${scheme}:///x`, `${scheme}://x`])
  for (const text of [...wrong, ...local, 'https://user@app.example', 'https://', 'https://a b']) assert.ok(!isWebOrigin(text), text)
})

test('scripts on the origins of the redirect URIs may read answers; each origin is listed once', () => {
  const redirect_uris = [
    'https://app.example/a',
    'https://app.example/b',
    'https://app.example:8443/',
    'com.example.app:/cb',
    'http://localhost:80/',
  ]
  const origins = ['https://app.example', 'https://app.example:8443', 'http://localhost']
  assert.deepEqual(originsOf({ web_origins: [], redirect_uris }), origins)
  assert.deepEqual(originsOf({ web_origins: ['capacitor://localhost', ...origins], redirect_uris }), [...origins, 'capacitor://localhost'])
})
