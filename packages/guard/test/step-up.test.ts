/** Calls that need a stronger or more recent sign-in, and the challenge to those without it — RFC 9470 §3. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createGuard, type Guard, type Need, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, type TestIssuer, testIssuer } from './test-issuer.ts'

const audience = 'https://api.example/v1'
const now = () => 1_800_000_000

let issuer: TestIssuer
let key: Key
let guard: Guard
before(async () => {
  issuer = await testIssuer(audience, now)
  key = makeKey('ES256', 'k')
  issuer.keys = [key]
  guard = createGuard({ issuer: issuer.url, audience, now, introspection: { clientId: 'api', clientSecret: 's' } })
})
after(() => issuer.close())

const errorOf = (token: string, need: Need): Promise<unknown> =>
  guard.check({ method: 'GET', url: '/v1', headers: { authorization: `Bearer ${token}` } }, need).then(
    () => undefined,
    (error: unknown) => error,
  )

const pointer = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"'
const otherClass = 'a sign-in of another authentication context class is needed'
const moreRecent = 'a more recent sign-in is needed'

const accepted: [name: string, claims: Record<string, unknown>, need: Need][] = [
  ['strong enough', { acr: 'aal2' }, { acr: ['aal2'] }],
  ['of one of several classes', { acr: 'gold' }, { acr: ['aal2', 'gold'] }],
  ['recent enough', { auth_time: now() - 305 }, { maxAge: 300 }],
]
const refused: [name: string, claims: Record<string, unknown>, need: Need, description: string, parameters: string][] = [
  ['too weak', { acr: 'aal1' }, { acr: ['aal2', 'gold'] }, otherClass, 'acr_values="aal2 gold"'],
  ['of no class', {}, { acr: ['aal2'] }, otherClass, 'acr_values="aal2"'],
  ['of a class that is no text', { acr: ['aal2'] }, { acr: ['aal2'] }, otherClass, 'acr_values="aal2"'],
  ['too old', { auth_time: now() - 306 }, { maxAge: 300 }, moreRecent, 'max_age="300"'],
  ['at no time', {}, { maxAge: 300 }, moreRecent, 'max_age="300"'],
  ['at a time that is no number', { auth_time: String(now()) }, { maxAge: 300 }, moreRecent, 'max_age="300"'],
  [
    'strong, but too old',
    { acr: 'aal2', auth_time: now() - 900 },
    { acr: ['aal2'], maxAge: 0 },
    moreRecent,
    'acr_values="aal2", max_age="0"',
  ],
]
/** Credentials with these claims: a JWT, and a token that is looked up. */
function tokensWith(claims: Record<string, unknown>): string[] {
  const opaque = crypto.randomUUID()
  issuer.tokens.set(opaque, { active: true, ...issuer.claims(claims) })
  return [jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims(claims), key.privateKey), opaque]
}

for (const [name, claims, need] of accepted)
  test(`a sign-in is accepted: ${name}`, async () => {
    for (const token of tokensWith(claims)) assert.equal(await errorOf(token, need), undefined)
  })

for (const [name, claims, need, description, parameters] of refused)
  test(`a sign-in is refused: ${name}`, async () => {
    for (const token of tokensWith(claims)) {
      const error = await errorOf(token, need)
      assert.ok(error instanceof Refused)
      assert.deepEqual([error.status, error.error, error.description], [401, 'insufficient_user_authentication', description])
      const challenge = `error="insufficient_user_authentication", error_description="${description}", ${parameters}`
      assert.equal(error.headers['www-authenticate'], `Bearer ${challenge}, ${pointer}`)
    }
  })

test('an invalid token is not answered with the sign-in that is needed', async () => {
  for (const token of tokensWith({ aud: 'https://other.example' })) {
    const error = (await errorOf(token, { acr: ['aal2'], maxAge: 300 })) as Refused
    const challenge = 'error="invalid_token", error_description="the access token is not for this API"'
    assert.equal(error.headers['www-authenticate'], `Bearer ${challenge}, ${pointer}`)
  }
})

test('a need that makes no sense is a fault of the API', () => {
  assert.throws(() => guard.require({ acr: ['a b'] }), TypeError)
  assert.throws(() => guard.require({ acr: ['"'] }), TypeError)
  for (const maxAge of [-1, 1.5, Number.NaN]) assert.throws(() => guard.require({ maxAge }), TypeError)
})
