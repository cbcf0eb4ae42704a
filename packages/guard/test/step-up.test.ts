/** A call that needs a stronger or fresher sign-in, and the challenge to who has not got it — RFC 9470 §3. */
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

const ask = (text: string, need: Need) =>
  guard.check({ method: 'GET', url: '/v1', headers: { authorization: `Bearer ${text}` } }, need).then(
    () => undefined,
    (error: unknown) => error,
  )
const token = (over: Record<string, unknown>) => jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims(over), key.privateKey)

const cases: [name: string, said: Record<string, unknown>, need: Need, parameters: string | undefined][] = [
  ['strong enough', { acr: 'aal2' }, { acr: ['aal2'] }, undefined],
  ['one of those that will do', { acr: 'gold' }, { acr: ['aal2', 'gold'] }, undefined],
  ['too weak', { acr: 'aal1' }, { acr: ['aal2', 'gold'] }, 'acr_values="aal2 gold"'],
  ['of no class', {}, { acr: ['aal2'] }, 'acr_values="aal2"'],
  ['of a class that is no text', { acr: ['aal2'] }, { acr: ['aal2'] }, 'acr_values="aal2"'],
  ['fresh enough', { auth_time: now() - 305 }, { maxAge: 300 }, undefined],
  ['too old', { auth_time: now() - 306 }, { maxAge: 300 }, 'max_age="300"'],
  ['at no time', {}, { maxAge: 300 }, 'max_age="300"'],
  ['at a time that is no number', { auth_time: String(now()) }, { maxAge: 300 }, 'max_age="300"'],
  ['strong and too old', { acr: 'aal2', auth_time: now() - 900 }, { acr: ['aal2'], maxAge: 0 }, 'acr_values="aal2", max_age="0"'],
]
for (const [name, said, need, parameters] of cases)
  for (const kind of ['JWT', 'opaque token'])
    test(`a sign-in ${name}, told by a ${kind}: ${parameters ?? 'let in'}`, async () => {
      const text = kind === 'JWT' ? token(said) : `opaque ${name}`.replaceAll(' ', '-')
      issuer.tokens.set(text, { active: true, ...issuer.claims(said) })
      const refused = await ask(text, need)
      if (parameters === undefined) return assert.equal(refused, undefined)
      assert.ok(refused instanceof Refused)
      assert.deepEqual([refused.status, refused.error], [401, 'insufficient_user_authentication'])
      assert.match(
        refused.description,
        /the person must sign in (?:with another authentication context class|again, for it was too long ago)/,
      )
      assert.ok(refused.headers['www-authenticate']?.includes(`, ${parameters}, resource_metadata=`))
    })

test('what makes no sense is a fault of the API', () => {
  assert.throws(() => guard.require({ acr: ['a b'] }), TypeError)
  assert.throws(() => guard.require({ acr: ['"'] }), TypeError)
  for (const maxAge of [-1, 1.5, Number.NaN]) assert.throws(() => guard.require({ maxAge }), TypeError)
})
