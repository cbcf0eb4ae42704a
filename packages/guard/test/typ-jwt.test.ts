/** Tokens whose typ is `JWT`: refused, unless the API says that its issuer does not follow RFC 9068; and then still no other kind of token — RFC 8725 §2.8, §3.12. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createGuard, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, type TestIssuer, testIssuer } from './test-issuer.ts'

const audience = 'https://api.example'
const now = () => 1_800_000_000

let issuer: TestIssuer
let key: Key
before(async () => {
  issuer = await testIssuer(audience, now)
  key = makeKey('ES256', 'k')
  issuer.keys = [key]
})
after(() => issuer.close())

async function outcome(typ: string | undefined, claims: Record<string, unknown>, acceptTypJwt = true): Promise<string> {
  const guard = createGuard({ issuer: issuer.url, audience, now, acceptTypJwt })
  const token = jwt({ typ, alg: 'ES256', kid: 'k' }, issuer.claims(claims), key.privateKey)
  const request = { method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } }
  const first = await guard.check(request).catch((error: unknown) => error)
  const second = await guard.check(request).catch((error: unknown) => error)
  assert.equal(second instanceof Error, first instanceof Error, 'the cache changes nothing')
  if (!(first instanceof Error)) return 'accepted'
  assert.ok(first instanceof Refused, String(first))
  return first.description
}

const wrongTyp = 'the typ of the access token is not at+jwt'
const otherKind = 'this is not an access token but a token of another kind'

for (const typ of ['JWT', 'jwt', 'application/jwt']) {
  test(`typ ${typ} is refused by default`, async () => assert.equal(await outcome(typ, {}, false), wrongTyp))
  test(`typ ${typ} is accepted by choice`, async () => assert.equal(await outcome(typ, {}), 'accepted'))
}
for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt'])
  test(`typ ${typ} is accepted, whatever else is`, async () => {
    assert.deepEqual([await outcome(typ, { nonce: 'n' }, false), await outcome(typ, { nonce: 'n' })], ['accepted', 'accepted'])
  })

suite('by choice, too, is refused', () => {
  const rows: Record<string, [typ: string | undefined, claims: Record<string, unknown>, description: string]> = {
    'a token without a typ': [undefined, {}, wrongTyp],
    'a logout token by its typ': ['logout+jwt', {}, wrongTyp],
    'a token with no client': ['JWT', { client_id: undefined }, 'the access token has no client_id'],
    'a token with no jti': ['JWT', { jti: undefined }, 'the access token lacks iat or jti'],
    'a token with no audience': ['JWT', { aud: undefined }, 'the access token is not for this API'],
    'an ID token of a client that is named like this API': ['JWT', { aud: audience, client_id: audience }, otherKind],
    'an ID token for its client and this API': ['JWT', { aud: ['app', audience] }, otherKind],
    'an ID token with a nonce': ['JWT', { nonce: 'n' }, otherKind],
    'an ID token with the hash of an access token': ['JWT', { at_hash: 'h' }, otherKind],
    'an ID token with the hash of a code': ['JWT', { c_hash: 'h' }, otherKind],
    'an ID token with the hash of a state': ['JWT', { s_hash: 'h' }, otherKind],
    'a logout token': ['JWT', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, otherKind],
  }
  for (const [name, [typ, claims, description]] of Object.entries(rows))
    test(name, async () => assert.equal(await outcome(typ, claims), description))
})
