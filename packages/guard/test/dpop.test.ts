/** Tokens that are bound to a key — RFC 9449. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createGuard, type Guard, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, proof, type TestIssuer, testIssuer, thumbprint } from './test-issuer.ts'

const audience = 'https://api.example/v1'
const htu = 'https://api.example/v1/things'
let time = 1_800_000_000
const now = () => time

let issuer: TestIssuer
let issuerKey: Key
let holder: Key
let guard: Guard
before(async () => {
  issuer = await testIssuer(audience, now)
  issuerKey = makeKey('ES256', 'k')
  holder = makeKey('ES256', 'holder')
  issuer.keys = [issuerKey]
  const introspection = { clientId: 'api', clientSecret: 's' }
  guard = createGuard({ issuer: issuer.url, audience, now, dpop: true, introspection })
})
after(() => issuer.close())

const bound = (key = holder, cnf: object = {}) =>
  jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims({ cnf: { jkt: thumbprint(key), ...cnf } }), issuerKey.privateKey)

interface Ask {
  token?: string
  scheme?: string
  url?: string
  method?: string
  proofs?: (token: string) => string | string[] | undefined
}
const usualProof = (token: string) => proof(holder, { htm: 'GET', htu, iat: time, token })

function send({ token = bound(), scheme = 'DPoP', url = '/v1/things?page=2', method = 'GET', proofs = usualProof }: Ask = {}) {
  return guard.check({ method, url, headers: { authorization: `${scheme} ${token}`, dpop: proofs(token) } })
}
async function refusal(ask: Ask): Promise<Refused> {
  const error = await send(ask).then(
    () => assert.fail('it was let in'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Refused, String(error))
  return error
}
const changed = (header: Record<string, unknown>, claims: Record<string, unknown> = {}, key = holder) => ({
  proofs: (token: string) => proof(key, { htm: 'GET', htu, iat: time, token }, header, claims),
})

suite('a token bound to a key', () => {
  test('is taken with a proof of that key', async () => assert.equal((await send()).subject, 'alice'))

  for (const alg of ['RS256', 'PS256', 'EdDSA']) {
    test(`whose algorithm is ${alg}`, async () => {
      const key = makeKey(alg, '')
      const proofs = (token: string) => proof(key, { htm: 'GET', htu, iat: time, token })
      assert.equal((await send({ token: bound(key), proofs })).subject, 'alice')
    })
  }

  test('is taken when it is opaque, too', async () => {
    issuer.tokens.set('opaque', { active: true, ...issuer.claims({ cnf: { jkt: thumbprint(holder) }, token_type: 'DPoP' }) })
    assert.equal((await send({ token: 'opaque' })).subject, 'alice')
  })

  test('is taken for the whole URL, however it is written', async () => {
    const url = 'https://API.example:443/v1/x/../things#here'
    assert.equal((await send({ url })).subject, 'alice')
    assert.equal((await send(changed({}, { htu: 'HTTPS://api.EXAMPLE/v1/things?a#b' }))).subject, 'alice')
  })

  test('is refused as Bearer, even with a proof', async () => {
    const { status, error, headers } = await refusal({ scheme: 'Bearer' })
    assert.deepEqual({ status, error }, { status: 401, error: 'invalid_token' })
    assert.match(
      headers['www-authenticate'] ?? '',
      /^Bearer error="invalid_token".*, DPoP algs="ES256 RS256 PS256 EdDSA", resource_metadata="/,
    )
  })

  test('is refused when it is bound in a further way', async () => {
    assert.equal((await refusal({ token: bound(holder, { 'x5t#S256': 'x' }) })).error, 'invalid_token')
  })
})

test('a token that is not bound is refused as DPoP, and taken as Bearer', async () => {
  const token = jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims(), issuerKey.privateKey)
  assert.equal((await refusal({ token })).description, 'the access token is not bound to a key; send it as Bearer')
  assert.equal((await send({ token, scheme: 'Bearer' })).subject, 'alice')
})

suite('a proof is refused', () => {
  const wrongHtu = 'the htu of the DPoP proof is not the address of this request'
  const notNow = 'the DPoP proof was not made just now'
  const malformed = 'the DPoP proof is malformed or too long'
  const badSignature = 'the signature of the DPoP proof is wrong'
  const notAccepted = 'the DPoP proof is signed in a way that is not accepted here'
  const badKey = 'the DPoP proof has no key that its algorithm can use'
  const other = makeKey('ES256', 'other')
  const rows: Record<string, [ask: () => Ask, description: string]> = {
    'that is absent': [() => ({ proofs: () => undefined }), 'send one DPoP header with a proof'],
    'that comes twice': [() => ({ proofs: (t) => [usualProof(t), usualProof(t)] }), 'send one DPoP header with a proof'],
    'that comes twice in one header': [() => ({ proofs: (t) => `${usualProof(t)}, ${usualProof(t)}` }), malformed],
    'that is no JWT': [() => ({ proofs: () => 'x' }), malformed],
    'that is too long': [() => changed({}, { padding: 'x'.repeat(16_384) }), malformed],
    'of another typ': [() => changed({ typ: 'JWT' }), 'the typ of the DPoP proof is not dpop+jwt'],
    'without signature': [() => changed({ alg: 'none' }), notAccepted],
    'by a secret': [() => changed({ alg: 'HS256' }), notAccepted],
    'with crit': [() => changed({ crit: ['b64'], b64: false }), notAccepted],
    'that shows a private key': [() => changed({ jwk: holder.privateKey.export({ format: 'jwk' }) }), 'the DPoP proof shows a private key'],
    'without a key': [() => changed({ jwk: undefined }), badKey],
    'with nothing for a key': [() => changed({ jwk: null }), badKey],
    'with a secret for a key': [() => changed({ jwk: { kty: 'oct', k: 'AAAA' } }), badKey],
    'with a key of another kind': [() => changed({ alg: 'RS256' }), badKey],
    'signed by another key than it shows': [() => changed({ jwk: jwkOf(other) }), badSignature],
    'that was tampered with': [
      () => ({ proofs: (t) => usualProof(t).replace(/\.[^.]*\./, (part) => `${part.slice(0, -2)}.`) }),
      badSignature,
    ],
    'without jti': [() => changed({}, { jti: undefined }), 'the DPoP proof has no jti'],
    'with an empty jti': [() => changed({}, { jti: '' }), 'the DPoP proof has no jti'],
    'for another method': [() => ({ method: 'POST' }), 'the htm of the DPoP proof is not the method of this request'],
    'for another path': [() => ({ url: '/v1/other' }), wrongHtu],
    'for another host': [() => changed({}, { htu: 'https://evil.example/v1/things' }), wrongHtu],
    'for another port': [() => changed({}, { htu: 'https://api.example:8443/v1/things' }), wrongHtu],
    'for another scheme': [() => changed({}, { htu: 'http://api.example/v1/things' }), wrongHtu],
    'for a host that the request line claims': [
      () => ({ url: 'https://evil.example/v1/things', ...changed({}, { htu: 'https://evil.example/v1/things' }) }),
      wrongHtu,
    ],
    'for a host that begins the path': [
      () => ({ url: '//evil.example/v1/things', ...changed({}, { htu: 'https://evil.example/v1/things' }) }),
      wrongHtu,
    ],
    'for our host, sent with another in the request line': [() => ({ url: 'https://evil.example/v1/things' }), wrongHtu],
    'for a path that is but the end of this one': [() => ({ url: '//evil.example/v1/things' }), wrongHtu],
    'without htu': [() => changed({}, { htu: undefined }), wrongHtu],
    'made too long ago': [() => changed({}, { iat: time - 66 }), notNow],
    'made in the future': [() => changed({}, { iat: time + 6 }), notNow],
    'made at no time': [() => changed({}, { iat: undefined }), notNow],
    'for another token': [() => changed({}, { ath: 'x' }), 'the ath of the DPoP proof is not that of the access token'],
    'for no token': [() => changed({}, { ath: undefined }), 'the ath of the DPoP proof is not that of the access token'],
  }
  for (const [name, [ask, description]] of Object.entries(rows)) {
    test(name, async () => {
      const { status, error, description: told, headers } = await refusal(ask())
      assert.deepEqual({ status, error, told }, { status: 401, error: 'invalid_dpop_proof', told: description })
      assert.match(headers['www-authenticate'] ?? '', /^Bearer resource_metadata="[^"]+", DPoP error="invalid_dpop_proof", /)
    })
  }

  test('but not for a jti that another key has used', async () => {
    const claims = { jti: 'the same' }
    const proofBy = (key: Key) => (token: string) => proof(key, { htm: 'GET', htu, iat: time, token }, {}, claims)
    await send({ token: bound(holder), proofs: proofBy(holder) })
    await send({ token: bound(other), proofs: proofBy(other) })
    assert.equal((await refusal({ token: bound(other), proofs: proofBy(other) })).description, 'the DPoP proof was used before')
  })

  test('of another key than the token is bound to', async () => {
    const { error, description } = await refusal({ proofs: (token) => proof(other, { htm: 'GET', htu, iat: time, token }) })
    assert.deepEqual({ error, description }, { error: 'invalid_token', description: 'the access token is bound to another key' })
  })

  test('the second time, as long as it is young enough', async () => {
    const token = bound()
    const text = proof(holder, { htm: 'GET', htu, iat: time + 5, token })
    const proofs = () => text
    await send({ token, proofs })
    assert.equal((await refusal({ token, proofs })).description, 'the DPoP proof was used before')
    time += 69
    await send() // something else is used, and what is old forgotten
    assert.equal((await refusal({ token, proofs })).description, 'the DPoP proof was used before')
    time += 2
    assert.equal((await refusal({ token, proofs })).description, notNow)
  })
})

test('who shows nothing is told of both schemes', async () => {
  const error = await guard.check({ method: 'GET', url: '/v1', headers: {} }).catch((thrown) => thrown)
  const pointer = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"'
  assert.equal(error.headers['www-authenticate'], `Bearer ${pointer}, DPoP algs="ES256 RS256 PS256 EdDSA", ${pointer}`)
})

function jwkOf(key: Key): object {
  const { kty, crv, x, y } = key.jwk
  return { kty, crv, x, y }
}
