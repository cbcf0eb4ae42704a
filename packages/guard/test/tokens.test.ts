/** Every token that must not be taken, on both ways of reading one: as a JWT and by introspection. */
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

async function refusal(room: Guard, token: string): Promise<Refused> {
  const result = await room.check(bearer(token)).then(
    () => assert.fail('it was let in'),
    (error: unknown) => error,
  )
  assert.ok(result instanceof Refused, String(result))
  return result
}

const malformed = 'the access token is malformed or too long'
const notAccepted = 'the access token is signed in a way that is not accepted here'
const wrongSignature = 'the signature of the access token is wrong'
const foreignKey = 'the access token is signed with a key that its issuer does not publish'
const notAccess = 'this is no access token: its typ is not at+jwt'
const lacksClaim = 'the access token lacks a claim that it must have'
const anonymous = 'the access token does not say who calls'

/** What is wrong with a token, and what only its signature or form can tell. */
const jwts: Record<string, [make: () => string, description: string]> = {
  'no signature: alg none': [() => jwt(header({ alg: 'none' }), issuer.claims(), es.privateKey).replace(/[^.]*$/, ''), malformed],
  'alg none with something for a signature': [() => jwt(header({ alg: 'none' }), issuer.claims(), es.privateKey), notAccepted],
  'alg NONE': [() => jwt(header({ alg: 'NONE' }), issuer.claims(), es.privateKey), notAccepted],
  'no alg': [() => jwt(header({ alg: undefined }), issuer.claims(), es.privateKey), notAccepted],
  'alg of a prototype': [() => jwt(header({ alg: 'toString' }), issuer.claims(), es.privateKey), notAccepted],
  'confusion: HS256 by the public RSA key': [() => jwt(header({ alg: 'HS256', kid: 'rs' }), issuer.claims(), pem(rs)), notAccepted],
  'confusion: RS256 said, HMAC by the public key done': [
    () => jwt(header({ alg: 'RS256', kid: 'rs' }), issuer.claims(), pem(rs)),
    wrongSignature,
  ],
  'confusion: PS256 by a key meant for RS256': [() => jwt(header({ alg: 'PS256', kid: 'rs' }), issuer.claims(), rs.privateKey), foreignKey],
  'confusion: ES256 with the kid of an RSA key': [() => jwt(header({ kid: 'rs' }), issuer.claims(), es.privateKey), foreignKey],
  'foreign kid': [() => jwt(header({ kid: 'stranger' }), issuer.claims(), makeKey('ES256', 'stranger').privateKey), foreignKey],
  'known kid, foreign key': [() => jwt(header(), issuer.claims(), makeKey('ES256', 'es').privateKey), wrongSignature],
  'no kid, foreign key': [() => jwt(header({ kid: undefined }), issuer.claims(), makeKey('ES256', 'es').privateKey), wrongSignature],
  'kid that is no text': [() => jwt(header({ kid: 7 }), issuer.claims(), es.privateKey), malformed],
  'its own key in the header': [
    () => jwt(header({ kid: 'own', jwk: makeKey('ES256', 'own').jwk }), issuer.claims(), es.privateKey),
    foreignKey,
  ],
  'crit, even of something known': [() => jwt(header({ crit: ['exp'] }), issuer.claims(), es.privateKey), notAccepted],
  'payload changed': [() => tampered(good(), 1, rewritten), wrongSignature],
  'header changed': [() => tampered(good(), 0, () => Buffer.from(JSON.stringify(header({ x: 1 }))).toString('base64url')), wrongSignature],
  'signature changed': [
    () => tampered(good(), 2, (text) => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`)),
    wrongSignature,
  ],
  'signature cut short': [() => tampered(good(), 2, (text) => text.slice(0, -8)), wrongSignature],
  'signature of nothing but zeros': [() => tampered(good(), 2, () => Buffer.alloc(64).toString('base64url')), wrongSignature],
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
  'header too long': [() => jwt(header({ padding: 'x'.repeat(4096) }), issuer.claims(), es.privateKey), malformed],
  'ID token by its typ': [() => jwt(header({ typ: 'JWT' }), issuer.claims(), es.privateKey), notAccess],
  'logout token': [() => jwt(header({ typ: 'logout+jwt' }), issuer.claims(), es.privateKey), notAccess],
  'no typ': [() => jwt(header({ typ: undefined }), issuer.claims(), es.privateKey), notAccess],
  'typ that is no text': [() => jwt(header({ typ: ['at+jwt'] }), issuer.claims(), es.privateKey), notAccess],
  'header that is no object': [() => good().replace(/^[^.]*/, Buffer.from('[]').toString('base64url')), malformed],
  'header that is no JSON': [() => good().replace(/^[^.]*/, 'AAAA'), malformed],
  'payload that is a list': [() => jwt(header(), [issuer.claims()], es.privateKey), malformed],
  'payload that is no JSON': [() => jwt(header(), 'alice', es.privateKey), malformed],
  'no iss': [() => good({ iss: undefined }), 'the access token is of another issuer'],
  'no iat': [() => good({ iat: undefined }), lacksClaim],
  'no jti': [() => good({ jti: undefined }), lacksClaim],
}

/** Claims that are wrong whoever vouches for them. */
const claims: Record<string, [over: Record<string, unknown>, description: string]> = {
  expired: [{ exp: time - 5 }, 'the access token has expired'],
  'without an end': [{ exp: undefined }, 'the access token does not say when it expires'],
  'with an end that is a text': [{ exp: '9999999999' }, 'the access token does not say when it expires'],
  'not yet in force': [{ nbf: time + 6 }, 'the access token is not yet in force'],
  'with an odd nbf': [{ nbf: 'soon' }, 'the access token is not yet in force'],
  'of another issuer': [{ iss: 'https://evil.example' }, 'the access token is of another issuer'],
  'of an issuer with one slash more': [{ iss: 'http://127.0.0.1/' }, 'the access token is of another issuer'],
  'for another API': [{ aud: 'https://other.example' }, 'the access token is for another API'],
  'for many others': [{ aud: ['https://other.example', `${audience}/`] }, 'the access token is for another API'],
  'for nobody': [{ aud: undefined }, 'the access token is for another API'],
  'for an odd audience': [{ aud: { [audience]: true } }, 'the access token is for another API'],
  'without a subject': [{ sub: undefined }, anonymous],
  'with an empty subject': [{ sub: '' }, anonymous],
  'without a client': [{ client_id: undefined }, anonymous],
  'with an empty client': [{ client_id: '' }, anonymous],
  'with a list for a scope': [{ scope: ['read'] }, 'the scope of the access token is no text'],
  'bound to a key': [{ cnf: { jkt: 'x' } }, 'the access token is bound to a key; prove possession of it'],
  'bound to a certificate': [{ cnf: { 'x5t#S256': 'x' } }, 'the access token is bound to a key; prove possession of it'],
  'bound to nothing known': [{ cnf: null }, 'the access token is bound to a key; prove possession of it'],
}

async function assertRefused(room: Guard, token: string, description: string): Promise<void> {
  const { status, error, description: told, headers } = await refusal(room, token)
  assert.deepEqual({ status, error, told }, { status: 401, error: 'invalid_token', told: description })
  assert.match(headers['www-authenticate'] ?? '', /^Bearer error="invalid_token", error_description="[^"]+", resource_metadata="https:/)
}

suite('a JWT is refused', () => {
  for (const [name, [make, description]] of Object.entries(jwts)) {
    test(name, async () => {
      issuer.asked.delete('/introspect')
      await assertRefused(guard, make(), description)
      assert.equal(issuer.asked.get('/introspect'), undefined, 'what looks like a JWT is never asked about')
    })
  }
  for (const [name, [over, description]] of Object.entries(claims)) {
    test(name, () => assertRefused(guard, good(over), description))
  }
  test('and a second time too', async () => {
    const token = good({ aud: 'https://other.example' })
    await assertRefused(guard, token, 'the access token is for another API')
    await assertRefused(guard, token, 'the access token is for another API')
  })
  test('while its good siblings are taken', async () => {
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
    ])
      assert.equal((await guard.check(bearer(token))).subject, 'alice')
  })
})

suite('by introspection is refused', () => {
  const told = (over: Record<string, unknown>) => {
    const token = crypto.randomUUID()
    issuer.tokens.set(token, { active: true, ...issuer.claims(over) })
    return token
  }
  const unknown = 'the access token is unknown, expired or revoked'
  for (const [name, [over, description]] of Object.entries(claims)) {
    test(name, () => assertRefused(guard, told(over), description))
  }
  test('an unknown one', () => assertRefused(guard, 'unknown', unknown))
  test('one that is active in words only', () => assertRefused(guard, told({ active: 'true' }), unknown))
  test('one too long', () => assertRefused(guard, 'x'.repeat(16_385), malformed))
  test('an encrypted one that the issuer does not know', () => assertRefused(guard, 'e30.a.b.c.d', unknown))
  test('a refresh token: active, but for nobody', () =>
    assertRefused(guard, told({ aud: undefined, iat: undefined, jti: undefined }), 'the access token is for another API'))
  for (const [name, [make]] of Object.entries(jwts)) {
    test(`when everything is asked about: ${name}`, async () => {
      const token = make()
      await assertRefused(asking, token, token.length > 16_384 ? malformed : unknown)
    })
  }
  test('none that is good', async () => {
    const { subject, isMachine, scopes } = await guard.check(bearer(told({ sub: 'app' })))
    assert.deepEqual({ subject, isMachine, scopes }, { subject: 'app', isMachine: true, scopes: new Set(['read', 'write']) })
  })
})

test('without introspection what is no JWT is refused', async () => {
  const alone = createGuard({ issuer: issuer.url, audience, now })
  await assertRefused(alone, 'opaque', malformed)
})

test('algorithms left out are not taken', async () => {
  const strict = createGuard({ issuer: issuer.url, audience, now, algorithms: ['RS256'] })
  await assertRefused(strict, good(), notAccepted)
})

suite('keys of the issuer that are not sound are not used', () => {
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
      const room = await testIssuer(audience, now)
      const key = makeKey('ES256', 'k')
      room.keys = [{ ...key, jwk: change(key) as Key['jwk'] }]
      const token = jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, room.claims(), key.privateKey)
      await assertRefused(createGuard({ issuer: room.url, audience, now }), token, foreignKey)
      await room.close()
    })
  }
  const modulus = (bits: number) => Buffer.alloc(bits / 8, 0xff).toString('base64url')
  for (const bits of [2040, 8200]) {
    test(`an RSA key of ${bits} bits`, async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const room = await testIssuer(audience, now)
      room.keys = [{ alg: 'RS256', kid: 'k', privateKey, jwk: { kty: 'RSA', n: modulus(bits), e: 'AQAB', kid: 'k' } }]
      const token = jwt({ typ: 'at+jwt', alg: 'RS256', kid: 'k' }, room.claims(), privateKey)
      await assertRefused(createGuard({ issuer: room.url, audience, now }), token, foreignKey)
      await room.close()
    })
  }
})
