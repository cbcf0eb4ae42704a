/** Every token that must be refused, in both ways of verifying one: as a JWT and by introspection. */
import assert from 'node:assert/strict'
import { constants, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { createGuard, type Guard, type GuardRequest, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, type TestIssuer, testIssuer } from './test-issuer.ts'

const audience = 'https://api.example/v1'
const time = 1_800_000_000
const now = () => time

let issuer: TestIssuer
let es: Key
let rs: Key
let ps: Key
let guard: Guard
let asking: Guard

before(async () => {
  issuer = await testIssuer(audience, now)
  es = makeKey('ES256', 'es')
  rs = makeKey('RS256', 'rs')
  ps = makeKey('PS256', 'ps')
  issuer.keys = [es, rs, ps]
  const introspection = { clientId: 'api', clientSecret: 's3cret' }
  guard = createGuard({ issuer: issuer.url, audience, now, introspection })
  asking = createGuard({ issuer: issuer.url, audience, now, introspection: { ...introspection, always: true } })
})
after(() => issuer.close())

const header = (over: object = {}) => ({ typ: 'at+jwt', alg: 'ES256', kid: 'es', ...over })
const good = (over: Record<string, unknown> = {}) => jwt(header(), issuer.claims(over), es.privateKey)
const bearer = (token: string): GuardRequest => ({ method: 'GET', url: '/v1/things', headers: { authorization: `Bearer ${token}` } })
const pem = (key: Key) => Buffer.from(createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' }) as string)
const tampered = (token: string, part: number, change: (text: string) => string) =>
  token
    .split('.')
    .map((text, n) => (n === part ? change(text) : text))
    .join('.')
const rewritten = (text: string) => Buffer.from(Buffer.from(text, 'base64url').toString().replace('alice', 'admin')).toString('base64url')

async function refusal(by: Guard, token: string): Promise<Refused> {
  const result = await by.check(bearer(token)).then(
    () => assert.fail('it was accepted'),
    (error: unknown) => error,
  )
  assert.ok(result instanceof Refused, String(result))
  return result
}

const malformed = 'the access token is malformed or too long'
const notAccepted = 'the access token is signed with an algorithm that is not accepted here'
const wrongSignature = 'the signature of the access token is invalid'
const foreignKey = 'the access token is signed with a key that its issuer does not publish'
const wrongTyp = 'the typ of the access token is not at+jwt'
const lacksClaim = 'the access token lacks iat or jti'
const noExpiry = 'the access token has no expiry time'
const noSubject = 'the access token has no sub'
const noClient = 'the access token has no client_id'
const unknownBinding = 'the access token is bound in a way that cannot be checked here'

/** What is wrong with the form or the signature of a token. */
const jwts: Record<string, [make: () => string, description: string]> = {
  'alg none without a signature': [() => jwt(header({ alg: 'none' }), issuer.claims(), es.privateKey).replace(/[^.]*$/, ''), malformed],
  'alg none with a signature': [() => jwt(header({ alg: 'none' }), issuer.claims(), es.privateKey), notAccepted],
  'alg NONE': [() => jwt(header({ alg: 'NONE' }), issuer.claims(), es.privateKey), notAccepted],
  'no alg': [() => jwt(header({ alg: undefined }), issuer.claims(), es.privateKey), notAccepted],
  'alg that is a name of Object.prototype': [() => jwt(header({ alg: 'toString' }), issuer.claims(), es.privateKey), notAccepted],
  'HS256 with the public RSA key as the secret': [() => jwt(header({ alg: 'HS256', kid: 'rs' }), issuer.claims(), pem(rs)), notAccepted],
  'RS256 in the header, HMAC with the public key as the signature': [
    () => jwt(header({ alg: 'RS256', kid: 'rs' }), issuer.claims(), pem(rs)),
    wrongSignature,
  ],
  'PS256 by a key meant for RS256': [() => jwt(header({ alg: 'PS256', kid: 'rs' }), issuer.claims(), rs.privateKey), foreignKey],
  'ES256 with the kid of an RSA key': [() => jwt(header({ kid: 'rs' }), issuer.claims(), es.privateKey), foreignKey],
  'unknown kid': [() => jwt(header({ kid: 'stranger' }), issuer.claims(), makeKey('ES256', 'stranger').privateKey), foreignKey],
  'known kid, foreign key': [() => jwt(header(), issuer.claims(), makeKey('ES256', 'es').privateKey), wrongSignature],
  'no kid, foreign key': [() => jwt(header({ kid: undefined }), issuer.claims(), makeKey('ES256', 'es').privateKey), wrongSignature],
  'kid that is no text': [() => jwt(header({ kid: 7 }), issuer.claims(), es.privateKey), malformed],
  'its own key in the header': [
    () => jwt(header({ kid: 'own', jwk: makeKey('ES256', 'own').jwk }), issuer.claims(), es.privateKey),
    foreignKey,
  ],
  'crit, even of a known claim': [() => jwt(header({ crit: ['exp'] }), issuer.claims(), es.privateKey), notAccepted],
  'payload changed': [() => tampered(good(), 1, rewritten), wrongSignature],
  'header changed': [() => tampered(good(), 0, () => Buffer.from(JSON.stringify(header({ x: 1 }))).toString('base64url')), wrongSignature],
  'signature changed': [
    () => tampered(good(), 2, (text) => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`)),
    wrongSignature,
  ],
  'signature cut short': [() => tampered(good(), 2, (text) => text.slice(0, -8)), wrongSignature],
  'signature of zeros': [() => tampered(good(), 2, () => Buffer.alloc(64).toString('base64url')), wrongSignature],
  'PS256 with a salt of another length': [
    () => {
      const text = jwt(header({ alg: 'PS256', kid: 'ps' }), issuer.claims(), ps.privateKey)
      const key = { key: ps.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }
      const signed = text.slice(0, text.lastIndexOf('.'))
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
    },
    wrongSignature,
  ],
  'too long': [() => good({ padding: 'x'.repeat(16_384) }), malformed],
  'header too long': [() => jwt(header({ padding: 'x'.repeat(4608) }), issuer.claims(), es.privateKey), malformed],
  'ID token by its typ': [() => jwt(header({ typ: 'JWT' }), issuer.claims(), es.privateKey), wrongTyp],
  'logout token': [() => jwt(header({ typ: 'logout+jwt' }), issuer.claims(), es.privateKey), wrongTyp],
  'no typ': [() => jwt(header({ typ: undefined }), issuer.claims(), es.privateKey), wrongTyp],
  'typ that is no text': [() => jwt(header({ typ: ['at+jwt'] }), issuer.claims(), es.privateKey), wrongTyp],
  'header that is no object': [() => good().replace(/^[^.]*/, Buffer.from('[]').toString('base64url')), malformed],
  'header that is no JSON': [() => good().replace(/^[^.]*/, 'AAAA'), malformed],
  'payload that is a list': [() => jwt(header(), [issuer.claims()], es.privateKey), malformed],
  'payload that is no JSON': [() => jwt(header(), 'alice', es.privateKey), malformed],
  'no end: an exp beyond all numbers': [
    () => jwt(header(), JSON.stringify(issuer.claims()).replace(/"exp":\d+/, '"exp":1e999'), es.privateKey),
    noExpiry,
  ],
  'no iss': [() => good({ iss: undefined }), 'the access token is from another issuer'],
  'no iat': [() => good({ iat: undefined }), lacksClaim],
  'no jti': [() => good({ jti: undefined }), lacksClaim],
}

/** Claims that are wrong in a JWT and in an introspection response. */
const claims: Record<string, [over: Record<string, unknown>, description: string]> = {
  expired: [{ exp: time - 5 }, 'the access token has expired'],
  'without an end': [{ exp: undefined }, noExpiry],
  'with an end that is a text': [{ exp: '9999999999' }, noExpiry],
  'not yet in force': [{ nbf: time + 6 }, 'the access token is not valid yet'],
  'with an odd nbf': [{ nbf: 'soon' }, 'the access token is not valid yet'],
  'of another issuer': [{ iss: 'https://evil.example' }, 'the access token is from another issuer'],
  'of an issuer with one slash more': [{ iss: 'http://127.0.0.1/' }, 'the access token is from another issuer'],
  'for another API': [{ aud: 'https://other.example' }, 'the access token is not for this API'],
  'for many others': [{ aud: ['https://other.example', `${audience}/`] }, 'the access token is not for this API'],
  'for nobody': [{ aud: undefined }, 'the access token is not for this API'],
  'for an odd audience': [{ aud: { [audience]: true } }, 'the access token is not for this API'],
  'without a subject': [{ sub: undefined }, noSubject],
  'with an empty subject': [{ sub: '' }, noSubject],
  'with a subject that is no text': [{ sub: 7 }, noSubject],
  'without a client': [{ client_id: undefined }, noClient],
  'with a client that is no text': [{ client_id: ['app'] }, noClient],
  'with an empty client': [{ client_id: '' }, noClient],
  'with a list for a scope': [{ scope: ['read'] }, 'the scope of the access token is not a string'],
  'bound to a key': [{ cnf: { jkt: 'x' } }, 'the access token is bound to a key; send it as DPoP with a proof'],
  'bound to a certificate': [{ cnf: { 'x5t#S256': 'x' } }, unknownBinding],
  'bound to something unknown': [{ cnf: { jwk: {} } }, unknownBinding],
  'bound to null': [{ cnf: null }, unknownBinding],
  'bound to nothing': [{ cnf: {} }, unknownBinding],
  'bound to a text': [{ cnf: 'x' }, unknownBinding],
}

async function assertRefused(by: Guard, token: string, description: string): Promise<void> {
  const { status, error, headers, ...refused } = await refusal(by, token)
  assert.deepEqual({ status, error, description: refused.description }, { status: 401, error: 'invalid_token', description })
  assert.match(headers['www-authenticate'] ?? '', /^Bearer error="invalid_token", error_description="[^"]+", resource_metadata="https:/)
}

suite('a JWT is refused', () => {
  for (const [name, [make, description]] of Object.entries(jwts)) {
    test(name, async () => {
      issuer.requests.delete('/introspect')
      await assertRefused(guard, make(), description)
      assert.equal(issuer.requests.get('/introspect'), undefined, 'what looks like a JWT is never asked about')
    })
  }
  for (const [name, [over, description]] of Object.entries(claims)) {
    test(name, () => assertRefused(guard, good(over), description))
  }
  test('a second time too', async () => {
    const token = good({ aud: 'https://other.example' })
    await assertRefused(guard, token, 'the access token is not for this API')
    await assertRefused(guard, token, 'the access token is not for this API')
  })
  test('while one whose header is as long as it may be is accepted', async () => {
    const padding = 4608 - JSON.stringify(header({ padding: '' })).length
    const token = jwt(header({ padding: 'x'.repeat(padding) }), issuer.claims(), es.privateKey)
    assert.equal(token.indexOf('.'), 6144)
    assert.equal((await guard.check(bearer(token))).subject, 'alice')
  })
  test('while one that is as long as it may be is accepted', async () => {
    const claimsWith = (padding: number) => ({ ...issuer.claims({ jti: 'j' }), padding: 'x'.repeat(padding) })
    const tokenOf = (padding: number, inHeader: number) => jwt(header({ p: 'x'.repeat(inHeader) }), claimsWith(padding), es.privateKey)
    const missing = 16_384 - tokenOf(0, 0).length
    const tokens = Array.from({ length: 40 }, (_, n) => tokenOf(Math.floor((missing * 3) / 4) - n, n % 7))
    const [token, ...shorter] = tokens.filter(({ length }) => length === 16_384)
    assert.ok(token, String(shorter))
    assert.equal((await guard.check(bearer(token))).subject, 'alice')
  })
  test('while good ones are accepted', async () => {
    for (const token of [
      good(),
      jwt(header({ alg: 'RS256', kid: 'rs' }), issuer.claims(), rs.privateKey),
      jwt(header({ alg: 'PS256', kid: 'ps' }), issuer.claims(), ps.privateKey),
      jwt(
        header({ kid: undefined, typ: 'application/AT+JWT' }),
        issuer.claims({ aud: ['https://other.example', audience] }),
        es.privateKey,
      ),
      good({ exp: time - 4, nbf: time + 5 }),
      jwt(header(), JSON.stringify(issuer.claims()).replace('{', `{"deep":${'['.repeat(5000)}${']'.repeat(5000)},`), es.privateKey),
    ])
      assert.equal((await guard.check(bearer(token))).subject, 'alice')
  })
})

suite('by introspection is refused a token', () => {
  const opaque = (over: Record<string, unknown>) => {
    const token = crypto.randomUUID()
    issuer.tokens.set(token, { active: true, ...issuer.claims(over) })
    return token
  }
  const unknown = 'the access token is unknown, expired or revoked'
  for (const [name, [over, description]] of Object.entries(claims)) {
    test(name, () => assertRefused(guard, opaque(over), description))
  }
  test('that is unknown', () => assertRefused(guard, 'unknown', unknown))
  test('whose active is a text', () => assertRefused(guard, opaque({ active: 'true' }), unknown))
  test('that is too long', () => assertRefused(guard, 'x'.repeat(16_385), malformed))
  test('that is encrypted and unknown to the issuer', () => assertRefused(guard, 'e30.a.b.c.d', unknown))
  test('that is a refresh token: active, but for no audience', () =>
    assertRefused(guard, opaque({ aud: undefined, iat: undefined, jti: undefined }), 'the access token is not for this API'))
  for (const [name, [make]] of Object.entries(jwts)) {
    test(`that is a JWT where the issuer is always asked: ${name}`, async () => {
      const token = make()
      await assertRefused(asking, token, token.length > 16_384 ? malformed : unknown)
    })
  }
  test('while a good one is accepted', async () => {
    const { subject, isMachine, scopes } = await guard.check(bearer(opaque({ sub: 'app' })))
    assert.deepEqual({ subject, isMachine, scopes }, { subject: 'app', isMachine: true, scopes: new Set(['read', 'write']) })
  })
})

test('without introspection, what is no JWT is refused', async () => {
  const alone = createGuard({ issuer: issuer.url, audience, now })
  await assertRefused(alone, 'opaque', malformed)
})

test('a wide or deep answer of the issuer is read like any other', async () => {
  const wide = `[${'1,'.repeat(80_000)}1]`
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  const answer = JSON.stringify({ active: true, ...issuer.claims() }).replace('{', `{"wide":${wide},"deep":${deep},`)
  const introspection = { clientId: 'api', clientSecret: 's' }
  const answering = (url: string, init: RequestInit) =>
    url.endsWith('/introspect') ? Promise.resolve(new Response(answer)) : fetch(url, init)
  const by = createGuard({ issuer: issuer.url, audience, now, introspection, fetch: answering })
  assert.equal((await by.check(bearer('large'))).subject, 'alice')
})

test('algorithms that are left out are refused', async () => {
  const strict = createGuard({ issuer: issuer.url, audience, now, algorithms: ['RS256'] })
  await assertRefused(strict, good(), notAccepted)
})

suite('a key of the issuer is not used', () => {
  const weak: Record<string, (key: Key) => object> = {
    'for encryption': (key) => ({ ...key.jwk, use: 'enc' }),
    'for signing only': (key) => ({ ...key.jwk, key_ops: ['sign'] }),
    'for another algorithm': (key) => ({ ...key.jwk, alg: 'ES384' }),
    'of another curve': (key) => ({ ...key.jwk, crv: 'P-384' }),
    'off the curve': (key) => ({ ...key.jwk, x: key.jwk['y'] }),
    'no object': () => null as unknown as object,
  }
  for (const [name, change] of Object.entries(weak)) {
    test(name, async () => {
      const weakIssuer = await testIssuer(audience, now)
      const key = makeKey('ES256', 'k')
      weakIssuer.keys = [{ ...key, jwk: change(key) as Key['jwk'] }]
      const token = jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, weakIssuer.claims(), key.privateKey)
      await assertRefused(createGuard({ issuer: weakIssuer.url, audience, now }), token, foreignKey)
      await weakIssuer.close()
    })
  }
  const modulus = (bits: number) => Buffer.alloc(bits / 8, 0xff).toString('base64url')
  for (const bits of [2040, 8200]) {
    test(`an RSA key of ${bits} bits`, async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const weakIssuer = await testIssuer(audience, now)
      weakIssuer.keys = [{ alg: 'RS256', kid: 'k', privateKey, jwk: { kty: 'RSA', n: modulus(bits), e: 'AQAB', kid: 'k' } }]
      const token = jwt({ typ: 'at+jwt', alg: 'RS256', kid: 'k' }, weakIssuer.claims(), privateKey)
      await assertRefused(createGuard({ issuer: weakIssuer.url, audience, now }), token, foreignKey)
      await weakIssuer.close()
    })
  }
})
