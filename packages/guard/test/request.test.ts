/** What the guard reads from requests, what it answers, and what its metadata says. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createGuard, type Guard, type GuardOptions, type GuardRequest, type Need, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, type TestIssuer, testIssuer } from './test-issuer.ts'

const audience = 'https://api.example/v1'
const now = () => 1_800_000_000
const pointer = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"'

let issuer: TestIssuer
let key: Key
before(async () => {
  issuer = await testIssuer(audience, now)
  key = makeKey('ES256', 'k')
  issuer.keys = [key]
})
after(() => issuer.close())

const guarded = (options: Partial<GuardOptions> = {}) => createGuard({ issuer: issuer.url, audience, now, ...options })
const token = (over: Record<string, unknown> = {}) => jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims(over), key.privateKey)
const get = (headers: GuardRequest['headers'], url = '/v1') => ({ method: 'GET', url, headers })
const bearer = (text: string) => get({ authorization: `Bearer ${text}` })

async function refusal(by: Guard, request: GuardRequest, need?: Need): Promise<Refused> {
  const error = await by.check(request, need).then(
    () => assert.fail('it was accepted'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Refused, String(error))
  return error
}

suite('a caller', () => {
  test('has all that the token says', async () => {
    const roles = ['editor', { value: 'admin' }, 7]
    const text = token({ aud: ['https://other.example', audience, 7], roles, tenant: { id: 't' } })
    const { claims, ...rest } = await guarded().check(bearer(text))
    assert.deepEqual(rest, {
      subject: 'alice',
      clientId: 'app',
      scopes: new Set(['read', 'write']),
      roles: new Set(['editor', 'admin']),
      audience: ['https://other.example', audience],
      expiresAt: now() + 300,
      isMachine: false,
    })
    assert.deepEqual(claims['tenant'], { id: 't' })
  })

  for (const kind of ['JWT', 'opaque token']) {
    test(`cannot be changed for the next request with the same ${kind}`, async () => {
      const guard = guarded({ introspection: { clientId: 'api', clientSecret: 's' } })
      issuer.tokens.set('opaque', { active: true, ...issuer.claims({ tenant: { id: 't' } }) })
      const request = bearer(kind === 'JWT' ? token({ tenant: { id: 't' } }) : 'opaque')
      const first = await guard.check(request)
      ;(first.scopes as Set<string>).add('admin')
      assert.throws(() => Object.assign(first.claims, { sub: 'mallory' }), TypeError)
      assert.throws(() => Object.assign(first.claims['tenant'] as object, { id: 'u' }), TypeError)
      assert.ok(!(await guard.check(request)).scopes.has('admin'))
    })
  }

  test('may come without scopes and roles', async () => {
    const { scopes, roles } = await guarded().check(bearer(token({ scope: undefined })))
    assert.deepEqual([scopes.size, roles.size], [0, 0])
  })

  test('is known from a Request of the fetch API', async () => {
    const request = new Request('https://api.example/v1', { headers: { authorization: `Bearer ${token()}` } })
    assert.equal((await guarded().check(request)).subject, 'alice')
    request.headers.append('authorization', `Bearer ${token()}`)
    assert.equal((await refusal(guarded(), request)).status, 400)
  })

  test('is known from the headers of fetch, and with the scheme in any case', async () => {
    const headers = new Headers({ authorization: `bEARER  ${token()} ` })
    assert.equal((await guarded().check(get(headers, 'https://api.example/v1'))).subject, 'alice')
  })
})

suite('a call without a token is asked for one, without an error code', () => {
  const shown: Record<string, GuardRequest['headers']> = {
    nothing: {},
    'an empty header': { authorization: '' },
    'a password': { authorization: 'Basic dTpw' },
    'a DPoP token where none is accepted': { authorization: 'DPoP abc' },
    'a scheme that only begins the same': { authorization: 'BearerX abc' },
  }
  for (const [name, headers] of Object.entries(shown)) {
    test(name, async () => {
      const { status, error, body, headers: sent } = await refusal(guarded(), get(headers), { scopes: ['read', 'write'] })
      assert.deepEqual({ status, error }, { status: 401, error: undefined })
      assert.deepEqual(body, { error_description: 'an access token is needed' })
      assert.deepEqual(sent, { 'www-authenticate': `Bearer scope="read write", ${pointer}`, 'cache-control': 'no-store' })
    })
  }
})

suite('a malformed request is refused', () => {
  const requests: Record<string, GuardRequest> = {
    'no token after the scheme': get({ authorization: 'Bearer' }),
    'two tokens': get({ authorization: 'Bearer a b' }),
    'characters that no token has': get({ authorization: 'Bearer a,b' }),
    'two headers': get({ authorization: ['Bearer a', 'Bearer b'] }),
    'in the URL': get({}, '/v1?x=1&access_token=a'),
    'in the URL too': get({ authorization: 'Bearer a' }, '/v1?access_token=a'),
  }
  for (const [name, request] of Object.entries(requests)) {
    test(name, async () => {
      const { status, error, headers } = await refusal(guarded(), request)
      assert.deepEqual({ status, error }, { status: 400, error: 'invalid_request' })
      assert.match(headers['www-authenticate'] ?? '', /^Bearer error="invalid_request", error_description="[^"]+", resource_metadata="/)
    })
  }
})

suite('a caller without the right is refused', () => {
  test('for want of one scope of several; all are named', async () => {
    const { status, headers, description } = await refusal(guarded({ requireScopes: ['read'] }), bearer(token()), { scopes: ['admin'] })
    assert.equal(status, 403)
    assert.equal(
      headers['www-authenticate'],
      `Bearer error="insufficient_scope", error_description="${description}", scope="read admin", ${pointer}`,
    )
  })
  test('for want of a scope that every call needs', async () => {
    assert.equal((await refusal(guarded({ requireScopes: ['admin'] }), bearer(token()))).error, 'insufficient_scope')
  })
  test('a scope is no prefix of another', async () => {
    assert.equal((await refusal(guarded(), bearer(token({ scope: 'readers' })), { scopes: ['read'] })).status, 403)
  })
  test('for want of one role of several', async () => {
    const request = bearer(token({ roles: ['editor'] }))
    const { status, error, headers } = await refusal(guarded(), request, { roles: ['editor', 'admin'] })
    assert.deepEqual({ status, error }, { status: 403, error: 'insufficient_scope' })
    assert.ok(!headers['www-authenticate']?.includes('scope="'))
    assert.equal((await guarded().check(request, { roles: ['editor'] })).subject, 'alice')
  })
  test('roles as one text count for nothing', async () => {
    assert.equal((await refusal(guarded(), bearer(token({ roles: 'admin' })), { roles: ['admin'] })).status, 403)
  })
})

suite('metadata', () => {
  test('names the resource, its issuer and the scopes its calls need', () => {
    const guard = guarded({ requireScopes: ['read'], resourceName: 'Things' })
    guard.require({ scopes: ['read', 'write'] })
    assert.deepEqual(guard.metadata(), {
      resource: audience,
      resource_name: 'Things',
      authorization_servers: [issuer.url],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
    })
    assert.equal(guard.metadataPath, '/.well-known/oauth-protected-resource/v1')
  })
  test('is at the root for a resource without a path, and tells of DPoP where it is accepted', () => {
    const guard = guarded({ resource: 'https://api.example', dpop: true, algorithms: ['ES256'] })
    assert.equal(guard.metadataPath, '/.well-known/oauth-protected-resource')
    assert.deepEqual(guard.metadata().dpop_signing_alg_values_supported, ['ES256'])
    assert.equal(guard.metadata().scopes_supported, undefined)
  })
  test('is where the option says', async () => {
    const metadataUrl = 'https://id.example/resource-metadata?resource=https%3A%2F%2Fapi.example'
    const refused = await guarded({ metadataUrl })
      .check({ method: 'GET', url: '/', headers: {} })
      .catch((error) => error)
    assert.equal(refused.headers['www-authenticate'], `Bearer resource_metadata="${metadataUrl}"`)
  })
  for (const metadataUrl of ['http://id.example/', 'https://id.example/#x', 'https://id.example/"', 'https://id.example/ x', 'x', 7])
    test(`cannot be at ${metadataUrl}`, () => {
      assert.throws(
        () => guarded({ metadataUrl: metadataUrl as string }),
        /metadataUrl is an https URL without fragment, or http on this machine/,
      )
    })
})

suite('options that make no sense are refused', () => {
  const senseless: Record<string, Partial<GuardOptions>> = {
    'an issuer without TLS': { issuer: 'http://issuer.example' },
    'an issuer without TLS at an address like a loopback address': { issuer: 'http://[::2]' },
    'an issuer without TLS at a name like localhost': { issuer: 'http://localhost.example' },
    'an issuer without TLS at a name like an address': { issuer: 'http://127.0.0.1.example' },
    'an issuer of another protocol': { issuer: 'ftp://localhost' },
    'an issuer that is no URL': { issuer: 'issuer' },
    'an issuer with a query': { issuer: 'https://issuer.example?x' },
    'an audience that is no URL, without a resource': { audience: 'api' },
    'no audience': { audience: '', resource: 'https://api.example' },
    'a resource with a fragment': { resource: 'https://api.example#x' },
    'a resource with a quote': { resource: 'https://api.example/"' },
    'no algorithm': { algorithms: [] },
    'an algorithm with a shared secret': { algorithms: ['HS256' as 'ES256'] },
    'a scope with a quote': { requireScopes: ['a"b'] },
    'a negative tolerance': { clockTolerance: -1 },
    'a tolerance of more than five minutes': { clockTolerance: 301 },
    'answers used for more than an hour': { cacheSeconds: 3601 },
    'too many tokens': { cachedTokens: 100_001 },
    'a lifetime that is no number': { cacheSeconds: Number.NaN },
  }
  for (const [name, options] of Object.entries(senseless)) test(name, () => assert.throws(() => guarded(options), TypeError))

  for (const issuerOnThisMachine of ['http://localhost:8000', 'http://127.0.0.1', 'http://127.1.2.3:1', 'http://[::1]:8000'])
    test(`${issuerOnThisMachine} needs no TLS`, () => {
      assert.equal(guarded({ issuer: issuerOnThisMachine }).metadata().authorization_servers[0], issuerOnThisMachine)
    })

  test('a scope that would break the header is refused', async () => {
    assert.throws(() => guarded().require({ scopes: ['a b'] }), TypeError)
    await assert.rejects(guarded().check(get({}), { scopes: ['a", error="x'] }), TypeError)
  })
})
