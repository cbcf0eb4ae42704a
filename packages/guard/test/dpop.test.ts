/** Tokens that are bound to a key, and the proofs that come with them — RFC 9449 §4.3, §7, §9, §11.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createGuard, type DpopOptions, type Guard, Refused, type ReplayStore } from '../src/index.ts'
import { jwt, type Key, makeKey, proof, type TestIssuer, testIssuer, thumbprint } from './test-issuer.ts'

const audience = 'https://api.example/v1'
const htu = 'https://api.example/v1/things'
const algs = 'algs="ES256 RS256 PS256 EdDSA"'
let time = 1_800_000_000
const now = () => time

let issuer: TestIssuer
let issuerKey: Key
let guard: Guard
const holder = makeKey('ES256', 'holder')
const other = makeKey('ES256', 'other')
before(async () => {
  issuer = await testIssuer(audience, now)
  issuerKey = makeKey('ES256', 'k')
  issuer.keys = [issuerKey]
  guard = guardWith(true)
})
after(() => issuer.close())

function guardWith(dpop: boolean | DpopOptions): Guard {
  const introspection = { clientId: 'api', clientSecret: 's' }
  return createGuard({ issuer: issuer.url, audience, now, dpop, introspection, algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'] })
}
const tokenWith = (claims: Record<string, unknown>) =>
  jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims(claims), issuerKey.privateKey)
const bound = (key = holder, cnf: object = {}) => tokenWith({ cnf: { jkt: thumbprint(key), ...cnf } })

interface Call {
  token?: string
  scheme?: string
  url?: string
  method?: string
  proofs?: (token: string) => string | string[] | undefined
}
const usualProof = (token: string) => proof(holder, { htm: 'GET', htu, iat: time, token })

function send({ token = bound(), scheme = 'DPoP', url = '/v1/things?page=2', method = 'GET', proofs = usualProof }: Call = {}, by = guard) {
  return by.check({ method, url, headers: { authorization: `${scheme} ${token}`, dpop: proofs(token) } })
}
async function refusal(call: Call, by = guard): Promise<Refused> {
  const error = await send(call, by).then(
    () => assert.fail('it was accepted'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Refused, String(error))
  return error
}
/** A proof with other members than usual. */
const changed = (header: Record<string, unknown>, claims: Record<string, unknown> = {}, key = holder): Call => ({
  proofs: (token) => proof(key, { htm: 'GET', htu, iat: time, token }, header, claims),
})

suite('a token bound to a key is accepted with a proof by that key', () => {
  test('as a JWT', async () => assert.equal((await send()).subject, 'alice'))

  test('as an opaque token', async () => {
    issuer.tokens.set('opaque', { active: true, ...issuer.claims({ cnf: { jkt: thumbprint(holder) }, token_type: 'DPoP' }) })
    assert.equal((await send({ token: 'opaque' })).subject, 'alice')
  })

  test('with the scheme in any case', async () => assert.equal((await send({ scheme: 'DPOP' })).subject, 'alice'))

  test('with a typ in any case, and with claims nobody knows', async () => {
    assert.equal((await send(changed({ typ: 'application/DPoP+jwt' }, { unknown: { a: 1 } }))).subject, 'alice')
  })

  test('with a nonce nobody asked for', async () => assert.equal((await send(changed({}, { nonce: 'n' }))).subject, 'alice'))

  for (const iat of [-64, 5])
    test(`made ${iat} seconds from now`, async () => {
      assert.equal((await send(changed({}, { iat: time + iat }))).subject, 'alice')
    })

  test('from two keys that use the same jti', async () => {
    const proofs = (key: Key) => (token: string) => proof(key, { htm: 'GET', htu, iat: time, token }, {}, { jti: 'the same' })
    await send({ token: bound(holder), proofs: proofs(holder) })
    await send({ token: bound(other), proofs: proofs(other) })
  })
})

suite('an htu names the URL of the request in every form that RFC 3986 calls equal', () => {
  const rows: [htu: string, url: string][] = [
    ['https://api.example/v1/things?a#b', '/v1/things?page=2'],
    ['HTTPS://api.EXAMPLE/v1/things', '/v1/things'],
    ['https://api.example:443/v1/things', '/v1/things'],
    ['https://api.example/v1/x/../things', '/v1/./things'],
    ['https://api.example/v1/%7euser/%41%2fb', '/v1/~user/A%2Fb'],
    ['https://api.example/v1/~user', '/v1/%7Euser'],
    ['https://api.example', '/'],
    ['https://api.example/v1/things', 'https://API.example:443/v1/x/../things#here'],
  ]
  for (const [said, url] of rows)
    test(`${said} for ${url}`, async () => assert.equal((await send({ url, ...changed({}, { htu: said }) })).subject, 'alice'))
})

suite('a proof is refused', () => {
  const wrongHtu = 'the htu of the DPoP proof is not the URL of this request'
  const wrongHtm = 'the htm of the DPoP proof is not the method of this request'
  const wrongIat = 'the iat of the DPoP proof is not within the last minute'
  const wrongAth = 'the ath of the DPoP proof is not the hash of the access token'
  const wrongTyp = 'the typ of the DPoP proof is not dpop+jwt'
  const malformed = 'the DPoP proof is malformed or too long'
  const badSignature = 'the signature of the DPoP proof is invalid'
  const notAccepted = 'the DPoP proof is signed with an algorithm that is not accepted here'
  const badKey = 'the DPoP proof has no public key for its algorithm'
  const privateKey = 'the DPoP proof contains a private key'
  const rsa = makeKey('RS256', 'rsa')
  const privateMember = (name: string) => ({ ...jwkOf(holder), [name]: 'AAAA' })
  const rows: Record<string, [call: Call | (() => Call), description: string]> = {
    'that is absent': [{ proofs: () => undefined }, 'send one DPoP header with a proof'],
    'that comes twice': [{ proofs: (t) => [usualProof(t), usualProof(t)] }, 'send one DPoP header with a proof'],
    'that comes twice in one header': [{ proofs: (t) => `${usualProof(t)}, ${usualProof(t)}` }, malformed],
    'that is empty': [{ proofs: () => '' }, malformed],
    'that is no JWT': [{ proofs: () => 'x' }, malformed],
    'that is encrypted': [{ proofs: () => 'e30.a.b.c.d' }, malformed],
    'that is too long': [changed({}, { padding: 'x'.repeat(16_384) }), malformed],
    'with a header that is too long': [changed({ padding: 'x'.repeat(4608) }), malformed],
    'with a payload that is no object': [
      { proofs: () => jwt({ typ: 'dpop+jwt', alg: 'ES256', jwk: jwkOf(holder) }, [], holder.privateKey) },
      badSignature,
    ],
    'of another typ': [changed({ typ: 'JWT' }), wrongTyp],
    'of no typ': [changed({ typ: undefined }), wrongTyp],
    'without a signature': [changed({ alg: 'none' }), notAccepted],
    'without an alg': [changed({ alg: undefined }), notAccepted],
    'signed with a shared secret': [changed({ alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }), notAccepted],
    'with crit': [changed({ crit: ['b64'], b64: false }), notAccepted],
    'with a private EC key': [changed({ jwk: holder.privateKey.export({ format: 'jwk' }) }), privateKey],
    'with a private RSA key': [changed({ alg: 'RS256', jwk: rsa.privateKey.export({ format: 'jwk' }) }, {}, rsa), privateKey],
    ...Object.fromEntries(
      ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'].map((name) => [
        `with the private member ${name}`,
        [changed({ jwk: privateMember(name) }), privateKey] as [Call, string],
      ]),
    ),
    'without a key': [changed({ jwk: undefined }), badKey],
    'with null for a key': [changed({ jwk: null }), badKey],
    'with a text for a key': [changed({ jwk: 'key' }), badKey],
    'with a secret for a key': [changed({ jwk: { kty: 'oct', k: 'AAAA' } }), badKey],
    'with a key of another kind': [changed({ alg: 'RS256' }), badKey],
    'with a point off the curve': [() => changed({ jwk: { ...jwkOf(holder), y: holder.jwk['x'] } }), badKey],
    'signed by another key than it contains': [changed({ jwk: jwkOf(other) }), badSignature],
    'that was tampered with': [{ proofs: (t) => usualProof(t).replace(/\.[^.]*\./, (part) => `${part.slice(0, -2)}.`) }, badSignature],
    'without jti': [changed({}, { jti: undefined }), 'the DPoP proof has no jti'],
    'with an empty jti': [changed({}, { jti: '' }), 'the DPoP proof has no jti'],
    'with a jti that is no text': [changed({}, { jti: 7 }), 'the DPoP proof has no jti'],
    'for another method': [{ method: 'POST' }, wrongHtm],
    'for the method in another case': [changed({}, { htm: 'get' }), wrongHtm],
    'without htm': [changed({}, { htm: undefined }), wrongHtm],
    'for another path': [{ url: '/v1/other' }, wrongHtu],
    'for a path with a slash more': [{ url: '/v1/things/' }, wrongHtu],
    'for a path in another case': [{ url: '/v1/Things' }, wrongHtu],
    'for a path with another encoded slash': [{ url: '/v1/a/b', ...changed({}, { htu: 'https://api.example/v1/a%2Fb' }) }, wrongHtu],
    'for another host': [changed({}, { htu: 'https://evil.example/v1/things' }), wrongHtu],
    'for another port': [changed({}, { htu: 'https://api.example:8443/v1/things' }), wrongHtu],
    'for another scheme': [changed({}, { htu: 'http://api.example/v1/things' }), wrongHtu],
    'for a host that the request line names': [
      { url: 'https://evil.example/v1/things', ...changed({}, { htu: 'https://evil.example/v1/things' }) },
      wrongHtu,
    ],
    'for a host that begins like this one': [
      { url: 'https://api.example.evil/v1/things', ...changed({}, { htu: 'https://api.example.evil/v1/things' }) },
      wrongHtu,
    ],
    'for a host at the beginning of the path': [
      { url: '//evil.example/v1/things', ...changed({}, { htu: 'https://evil.example/v1/things' }) },
      wrongHtu,
    ],
    'for this host, where the request line names another': [{ url: 'https://evil.example/v1/things' }, wrongHtu],
    'for the end of this path': [{ url: '//evil.example/v1/things' }, wrongHtu],
    'for a URL with a user': [changed({}, { htu: 'https://user@api.example/v1/things' }), wrongHtu],
    'for a URL with a password': [changed({}, { htu: 'https://:word@api.example/v1/things' }), wrongHtu],
    'for a URL with backslashes': [changed({}, { htu: 'https://api.example\\v1\\things' }), wrongHtu],
    'for a URL with a space before it': [changed({}, { htu: ' https://api.example/v1/things' }), wrongHtu],
    'for a URL with a tab in it': [changed({}, { htu: 'https://api.example/v1/thi\tngs' }), wrongHtu],
    'for a URL without slashes before the host': [changed({}, { htu: 'https:api.example/v1/things' }), wrongHtu],
    'for a path alone': [changed({}, { htu: '/v1/things' }), wrongHtu],
    'for a request for no URL': [{ url: '*', ...changed({}, { htu: '*' }) }, wrongHtu],
    'for a URL in a list': [changed({}, { htu: [htu] }), wrongHtu],
    'without htu': [changed({}, { htu: undefined }), wrongHtu],
    'made too long ago': [() => changed({}, { iat: time - 65 }), wrongIat],
    'made in the future': [() => changed({}, { iat: time + 6 }), wrongIat],
    'made at no time': [changed({}, { iat: undefined }), wrongIat],
    'made at a time that is a text': [() => changed({}, { iat: String(time) }), wrongIat],
    'for another token': [changed({}, { ath: 'x' }), wrongAth],
    'for no token': [changed({}, { ath: undefined }), wrongAth],
  }
  for (const [name, [call, description]] of Object.entries(rows)) {
    test(name, async () => {
      const refused = await refusal(typeof call === 'function' ? call() : call)
      const { status, error, headers } = refused
      assert.deepEqual({ status, error, description: refused.description }, { status: 401, error: 'invalid_dpop_proof', description })
      assert.match(headers['www-authenticate'] ?? '', /^Bearer resource_metadata="[^"]+", DPoP error="invalid_dpop_proof", /)
    })
  }

  test('by another key than the token is bound to', async () => {
    const { error, description } = await refusal({ proofs: (token) => proof(other, { htm: 'GET', htu, iat: time, token }) })
    assert.deepEqual({ error, description }, { error: 'invalid_token', description: 'the access token is bound to another key' })
  })
})

suite('a proof is accepted once', () => {
  const usedBefore = 'the DPoP proof was used before'
  const once = (text: string): Call => ({ token, proofs: () => text })
  let token: string
  before(() => {
    token = bound()
  })

  test('until it is too old', async () => {
    const text = proof(holder, { htm: 'GET', htu, iat: time + 5, token })
    await send(once(text))
    assert.equal((await refusal(once(text))).description, usedBefore)
    for (const seconds of [69, 1, 1]) {
      time += seconds
      await send() // another proof: what is too old is forgotten
      const expected = seconds === 69 ? usedBefore : 'the iat of the DPoP proof is not within the last minute'
      assert.equal((await refusal(once(text))).description, expected)
    }
  })

  test('of twenty at once', async () => {
    const text = usualProof(token)
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => send(once(text))))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('by two nodes that share a store', async () => {
    const used = new Map<string, number>()
    const replay: ReplayStore = {
      async first(id, until) {
        const isFirst = !used.has(id)
        used.set(id, until)
        return isFirst
      },
    }
    const nodes = [guardWith({ replay }), guardWith({ replay })] as const
    const text = proof(holder, { htm: 'GET', htu, iat: time, token }, {}, { jti: 'x'.repeat(4000) })
    await send(once(text), nodes[0])
    assert.equal((await refusal(once(text), nodes[1])).description, usedBefore)
    const [[id, until] = ['', 0]] = used
    assert.match(id, /^[\w-]{43}$/)
    assert.equal(until, time + 70)
    time += 0.5
    await send({ token, proofs: usualProof }, nodes[0])
    assert.deepEqual([...used.values()], [time + 69.5, time + 70.5])
    time += 0.5
  })

  test('and not at all while the store does not answer', async () => {
    for (const first of [() => Promise.reject(new Error('away')), () => assert.fail('away')]) {
      const { status, error, headers, cause } = await refusal({}, guardWith({ replay: { first } }))
      assert.deepEqual({ status, error, headers }, { status: 503, error: 'temporarily_unavailable', headers: { 'retry-after': '10' } })
      assert.match(String(cause), /away/)
    }
  })

  test('only after everything else about it was found right', async () => {
    const ids: string[] = []
    const by = guardWith({ replay: { first: (id) => ids.push(id) > 0 } })
    await refusal(changed({}, { ath: 'x' }), by)
    await refusal({ token: bound(other) }, by)
    assert.deepEqual(ids, [])
    await send({}, by)
    assert.equal(ids.length, 1)
  })
})

suite('where the API asks for a nonce', () => {
  const nonceSecret = 'a secret of the test with enough characters'
  const withNonce = (nonce: unknown) => changed({}, { nonce })

  test('a proof without one is told the nonce, and accepted with it', async () => {
    const by = guardWith({ nonceSecret })
    for (const call of [{}, withNonce('made up'), withNonce(7)]) {
      const { status, error, headers } = await refusal(call, by)
      assert.deepEqual({ status, error }, { status: 401, error: 'use_dpop_nonce' })
      assert.match(headers['www-authenticate'] ?? '', /, DPoP error="use_dpop_nonce", error_description="[^"]+", algs=/)
      await send(withNonce(headers['dpop-nonce']), by)
    }
  })

  test('every other challenge tells it, too', async () => {
    const by = guardWith({ nonceSecret })
    const { headers } = await refusal({ token: 'unknown' }, by)
    await send(withNonce(headers['dpop-nonce']), by)
    const without = await by.check({ method: 'GET', url: '/', headers: {} }).catch((error: Refused) => error)
    assert.equal((without as Refused).headers['dpop-nonce'], headers['dpop-nonce'])
  })

  test('it serves for five to ten minutes, at all nodes with the secret and at no other', async () => {
    const by = guardWith({ nonceSecret })
    time = Math.ceil(time / 300) * 300
    const { headers } = await refusal({}, by)
    const nonce = headers['dpop-nonce']
    time += 599
    await send(withNonce(nonce), guardWith({ nonceSecret }))
    assert.equal((await refusal(withNonce(nonce), guardWith({ nonceSecret: `another ${nonceSecret}` }))).error, 'use_dpop_nonce')
    time += 1
    const refused = await refusal(withNonce(nonce), by)
    assert.equal(refused.error, 'use_dpop_nonce')
    assert.notEqual(refused.headers['dpop-nonce'], nonce)
  })

  test('a nonce of a node whose clock is ahead is accepted', async () => {
    time += 300
    const { headers } = await refusal({}, guardWith({ nonceSecret }))
    time -= 300
    await send(withNonce(headers['dpop-nonce']), guardWith({ nonceSecret }))
    time -= 300
    assert.equal((await refusal(withNonce(headers['dpop-nonce']), guardWith({ nonceSecret }))).error, 'use_dpop_nonce')
  })

  test('no nonce is told where none is asked for', async () =>
    assert.equal((await refusal(changed({}, { ath: 'x' }))).headers['dpop-nonce'], undefined))

  test('a secret that is too short is refused', () => {
    assert.throws(() => guardWith({ nonceSecret: 'x'.repeat(31) }), TypeError)
    assert.throws(() => guardWith({ nonceSecret: 7 as unknown as string }), TypeError)
  })
})

suite('the scheme must be that of the token', () => {
  test('a bound token is refused as Bearer, even with a proof', async () => {
    const { status, error, headers } = await refusal({ scheme: 'Bearer' })
    assert.deepEqual({ status, error }, { status: 401, error: 'invalid_token' })
    assert.match(headers['www-authenticate'] ?? '', new RegExp(`^Bearer error="invalid_token".*, DPoP ${algs}, resource_metadata="`))
  })

  test('a bound opaque token is refused as Bearer, even with a proof', async () => {
    issuer.tokens.set('opaque-bound', { active: true, ...issuer.claims({ cnf: { jkt: thumbprint(holder) } }) })
    assert.equal((await refusal({ token: 'opaque-bound', scheme: 'Bearer' })).error, 'invalid_token')
  })

  test('a token that is not bound is refused as DPoP, and accepted as Bearer', async () => {
    const { error, description } = await refusal({ token: tokenWith({}) })
    assert.deepEqual([error, description], ['invalid_token', 'the access token is not bound to a key; send it as Bearer'])
    assert.equal((await send({ token: tokenWith({}), scheme: 'Bearer' })).subject, 'alice')
  })

  test('a token that is bound in a further, unknown way is refused', async () => {
    for (const cnf of [{ 'x5t#S256': 'x' }, { jwk: jwkOf(holder) }])
      assert.equal(
        (await refusal({ token: bound(holder, cnf) })).description,
        'the access token is bound in a way that cannot be checked here',
      )
  })

  test('a token bound to something that is no thumbprint is refused', async () => {
    for (const jkt of [7, null, '', [thumbprint(holder)]])
      assert.equal((await refusal({ token: tokenWith({ cnf: { jkt } }) })).error, 'invalid_token')
  })

  test('a DPoP scheme is not understood where DPoP is off', async () => {
    const { error, headers } = await refusal({}, guardWith(false))
    assert.equal(error, undefined)
    assert.ok(!headers['www-authenticate']?.includes('DPoP'))
  })

  test('a call without a token is told of both schemes', async () => {
    const error = await guard.check({ method: 'GET', url: '/v1', headers: {} }).catch((thrown) => thrown)
    const pointer = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"'
    assert.equal(error.headers['www-authenticate'], `Bearer ${pointer}, DPoP ${algs}, ${pointer}`)
  })
})

function jwkOf(key: Key): Record<string, unknown> {
  const { kty, crv, x, y } = key.jwk
  return { kty, crv, x, y }
}
