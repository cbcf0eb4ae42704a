/** Tokens that are bound to a certificate — RFC 8705 §3 — seen on the TLS connection or in the header of a trusted proxy — RFC 9440. */
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { generate } from 'selfsigned'
import { createGuard, type GuardOptions, type GuardRequest, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, proof, type TestIssuer, testIssuer, thumbprint } from './test-issuer.ts'

const audience = 'https://api.example'
const now = () => 1_800_000_000

let issuer: TestIssuer
let key: Key
let ours: Uint8Array
let others: Uint8Array
before(async () => {
  issuer = await testIssuer(audience, now)
  key = makeKey('ES256', 'k')
  issuer.keys = [key]
  ours = await certificate('ours')
  others = await certificate('others')
})
after(() => issuer.close())

async function certificate(name: string): Promise<Uint8Array> {
  const { cert } = await generate([{ name: 'commonName', value: name }], { keySize: 2048 })
  return new X509Certificate(cert).raw
}
const x5t = (der: Uint8Array) => createHash('sha256').update(der).digest('base64url')
const clientCert = (der: Uint8Array) => `:${Buffer.from(der).toString('base64')}:`
const tokenWith = (cnf: object | undefined) => jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims({ cnf }), key.privateKey)

interface Call extends Partial<GuardRequest> {
  cnf?: object
  scheme?: string
}
/** The description of the refusal, or `accepted`. */
async function outcome({ cnf = { 'x5t#S256': x5t(ours) }, scheme = 'Bearer', headers, ...request }: Call, options: Partial<GuardOptions>) {
  const guard = createGuard({ issuer: issuer.url, audience, now, ...options })
  const authorization = `${scheme} ${tokenWith(cnf)}`
  try {
    await guard.check({ method: 'GET', url: '/', ...request, headers: { authorization, ...headers } })
    return 'accepted'
  } catch (error) {
    assert.ok(error instanceof Refused, String(error))
    assert.deepEqual([error.status, error.error], [401, 'invalid_token'])
    return error.description
  }
}
const missing = 'the access token is bound to a certificate; present it'
const wrong = 'the access token is bound to another certificate'
const unsupported = 'the access token is bound in a way that cannot be checked here'

suite('with the certificate of the connection', () => {
  test('a token is accepted', async () => assert.equal(await outcome({ peerCertificate: ours }, { mtls: true }), 'accepted'))
  test('a token bound to another certificate is refused', async () => {
    assert.equal(await outcome({ peerCertificate: others }, { mtls: true }), wrong)
  })
  test('a token is refused without a certificate', async () => assert.equal(await outcome({}, { mtls: true }), missing))
  test('an opaque token is checked, too', async () => {
    const introspection = { clientId: 'api', clientSecret: 's' }
    const guard = createGuard({ issuer: issuer.url, audience, now, introspection, mtls: true })
    issuer.tokens.set('opaque', { active: true, ...issuer.claims({ cnf: { 'x5t#S256': x5t(ours) } }) })
    const request = { method: 'GET', url: '/', headers: { authorization: 'Bearer opaque' } }
    assert.equal((await guard.check({ ...request, peerCertificate: ours })).subject, 'alice')
    await assert.rejects(guard.check({ ...request, peerCertificate: others }), Refused)
  })
  for (const value of [7, null, '', ['x']])
    test(`a token bound to ${JSON.stringify(value)} is refused`, async () => {
      assert.equal(await outcome({ cnf: { 'x5t#S256': value }, peerCertificate: ours }, { mtls: true }), wrong)
    })
  test('a token is refused where mtls is off', async () => {
    for (const mtls of [false, undefined])
      assert.equal(await outcome({ peerCertificate: ours }, mtls === undefined ? {} : { mtls }), unsupported)
  })
  test('a token that is not bound is accepted, with and without a certificate', async () => {
    const guard = createGuard({ issuer: issuer.url, audience, now, mtls: true })
    const request = { method: 'GET', url: '/', headers: { authorization: `Bearer ${tokenWith(undefined)}` } }
    assert.equal((await guard.check(request)).subject, 'alice')
    assert.equal((await guard.check({ ...request, peerCertificate: others })).subject, 'alice')
  })
  test('a header is not believed', async () => {
    for (const mtls of [true, { proxies: [] }]) {
      const headers = () => ({ 'client-cert': clientCert(ours) })
      assert.equal(await outcome({ peerAddress: '127.0.0.1', headers: headers() }, { mtls }), missing)
      assert.equal(await outcome({ peerAddress: '127.0.0.1', peerCertificate: others, headers: headers() }, { mtls }), wrong)
    }
  })
})

suite('behind a trusted proxy', () => {
  const options = { mtls: { proxies: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '2001:db7::5', '2001:db7:1::/127'] } }
  const untrusted = ['11.0.0.1', '192.0.2.6', '192.0.2.8', '::ffff:11.0.0.1', '2001:db9::1', '2001:db7::4', '2001:db7:1::2']
  for (const peerAddress of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8::1', '2001:db7::5', '2001:db7:1::1'])
    test(`at ${peerAddress} the header is believed`, async () => {
      assert.equal(await outcome({ peerAddress, headers: { 'client-cert': clientCert(ours) } }, options), 'accepted')
      assert.equal(await outcome({ peerAddress, headers: { 'client-cert': clientCert(others) } }, options), wrong)
      assert.equal(await outcome({ peerAddress, headers: new Map() as unknown as Record<string, string> }, options), missing)
    })
  for (const peerAddress of [...untrusted, '', 'unknown', undefined])
    test(`at ${peerAddress} it is not, and the certificate of the connection counts`, async () => {
      const headers = { 'client-cert': clientCert(ours) }
      assert.equal(await outcome({ peerAddress, headers }, options), missing)
      assert.equal(await outcome({ peerAddress, headers, peerCertificate: others }, options), wrong)
      assert.equal(
        await outcome({ peerAddress, headers: { 'client-cert': clientCert(others) }, peerCertificate: ours }, options),
        'accepted',
      )
    })
  for (const length of [30, 31, 32])
    test(`a certificate of ${length} bytes is decoded, whatever its padding`, async () => {
      const der = Buffer.alloc(length, 0xfb) // has a + and a / in base64
      const call = { cnf: { 'x5t#S256': x5t(der) }, peerAddress: '10.0.0.1', headers: { 'client-cert': clientCert(der) } }
      assert.equal(await outcome(call, options), 'accepted')
    })
  test('half of all addresses are a network, too', async () => {
    const call = { peerAddress: '200.0.0.1', headers: { 'client-cert': clientCert(ours) } }
    assert.equal(await outcome(call, { mtls: { proxies: ['128.0.0.0/1'] } }), 'accepted')
  })
  test('the certificate of the proxy itself does not count', async () => {
    assert.equal(await outcome({ peerAddress: '10.0.0.1', peerCertificate: ours }, options), missing)
    const headers = { 'client-cert': clientCert(others) }
    assert.equal(await outcome({ peerAddress: '10.0.0.1', peerCertificate: ours, headers }, options), wrong)
  })
  const malformed: Record<string, () => string | string[]> = {
    'sent twice': () => [clientCert(ours), clientCert(ours)],
    'sent twice and joined': () => `${clientCert(ours)}, ${clientCert(ours)}`,
    'with a parameter': () => `${clientCert(ours)};a=b`,
    'without colons': () => clientCert(ours).slice(1, -1),
    'as PEM': () => `-----BEGIN CERTIFICATE----- ${clientCert(ours).slice(1, -1)} -----END CERTIFICATE-----`,
    'with a space in it': () => clientCert(ours).replace(':M', ': M'),
    empty: () => '',
    'of nothing': () => '::',
  }
  for (const [name, value] of Object.entries(malformed))
    test(`a header is refused ${name}`, async () => {
      assert.equal(await outcome({ peerAddress: '10.0.0.1', headers: { 'client-cert': value() } }, options), missing)
    })
})

test('proxies that are no addresses, or everybody, make no sense', () => {
  for (const entry of [
    '',
    'proxy.example',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/x',
    '10.0.0.0/-1',
    '0.0.0.0/0',
    '::/0',
    '10.0.0',
  ])
    assert.throws(() => createGuard({ issuer: issuer.url, audience, mtls: { proxies: [entry] } }), TypeError, entry)
})

suite('a token bound to a certificate and to a key needs both', () => {
  const both = async (peerCertificate: Uint8Array, holder: Key, prover: Key) => {
    const cnf = { 'x5t#S256': x5t(ours), jkt: thumbprint(holder) }
    const token = tokenWith(cnf)
    const dpop = proof(prover, { htm: 'GET', htu: `${audience}/`, iat: now(), token })
    const guard = createGuard({ issuer: issuer.url, audience, now, mtls: true, dpop: true })
    const request = { method: 'GET', url: '/', peerCertificate, headers: { authorization: `DPoP ${token}`, dpop } }
    return guard.check(request).then(
      () => 'accepted',
      (error: Refused) => error.description,
    )
  }
  test('both', async () => assert.equal(await both(ours, key, key), 'accepted'))
  test('the certificate alone', async () =>
    assert.equal(await both(ours, key, makeKey('ES256', 'other')), 'the access token is bound to another key'))
  test('the key alone', async () => assert.equal(await both(others, key, key), wrong))
  test('as Bearer', async () => {
    const cnf = { 'x5t#S256': x5t(ours), jkt: thumbprint(key) }
    const description = await outcome({ cnf, peerCertificate: ours }, { mtls: true, dpop: true })
    assert.equal(description, 'the access token is bound to a key; send it as DPoP with a proof')
  })
})

suite('where every token must be bound', () => {
  const unbound = 'the access token is not bound to a key or a certificate'
  const challengeOf = async (options: Partial<GuardOptions>) => {
    const guard = createGuard({ issuer: issuer.url, audience, now, requireBound: true, algorithms: ['ES256'], ...options })
    const error = await guard
      .check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${tokenWith(undefined)}` } })
      .catch((e) => e)
    return { guard, error: error as Refused }
  }
  test('by a certificate, an unbound token is refused', async () => {
    const { guard, error } = await challengeOf({ mtls: true })
    assert.deepEqual([error.error, error.description], ['invalid_token', unbound])
    assert.match(error.headers['www-authenticate'] ?? '', /^Bearer error=/)
    assert.equal(guard.metadata().dpop_bound_access_tokens_required, undefined)
  })
  test('by either, an unbound token is refused, and a bound one accepted', async () => {
    const { guard, error } = await challengeOf({ mtls: true, dpop: true })
    assert.equal(error.description, unbound)
    const headers = { authorization: `Bearer ${tokenWith({ 'x5t#S256': x5t(ours) })}` }
    assert.equal((await guard.check({ method: 'GET', url: '/', peerCertificate: ours, headers })).subject, 'alice')
  })
  test('by a key, Bearer is not offered', async () => {
    const { guard, error } = await challengeOf({ dpop: true })
    const pointer = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource"'
    assert.deepEqual([error.error, error.headers['www-authenticate']], [undefined, `DPoP algs="ES256", ${pointer}`])
    const { bearer_methods_supported, dpop_bound_access_tokens_required } = guard.metadata()
    assert.deepEqual(
      { bearer_methods_supported, dpop_bound_access_tokens_required },
      { bearer_methods_supported: [], dpop_bound_access_tokens_required: true },
    )
    const malformed = await guard.check({ method: 'GET', url: '/?access_token=a', headers: {} }).catch((e) => e)
    assert.match(malformed.headers['www-authenticate'], /^DPoP error="invalid_request"/)
  })
  test('some binding must be possible, and API keys are not', () => {
    assert.throws(() => createGuard({ issuer: issuer.url, audience, requireBound: true }), TypeError)
    const introspection = { clientId: 'a', clientSecret: 's', apiKeys: true }
    assert.throws(() => createGuard({ issuer: issuer.url, audience, requireBound: true, dpop: true, introspection }), TypeError)
  })
})

test('the metadata tells that certificate-bound tokens are accepted', () => {
  const metadataOf = (mtls: boolean) => createGuard({ issuer: issuer.url, audience, mtls }).metadata()
  assert.equal(metadataOf(true).tls_client_certificate_bound_access_tokens, true)
  assert.equal(metadataOf(false).tls_client_certificate_bound_access_tokens, undefined)
})
