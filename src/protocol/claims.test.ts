import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimsFor, claimsOfScope } from './claims.ts'

const known = {
  name: 'Alice',
  email: 'alice@example.com',
  email_verified: false,
  address: { country: 'NL' },
  phone_number: undefined,
  role: 'admin',
  sub: 'x',
}

const cases: [scope: string[], claims: Record<string, unknown>][] = [
  [[], {}],
  [['openid'], {}],
  [['openid', 'profile'], { name: 'Alice' }],
  [['email'], { email: 'alice@example.com', email_verified: false }],
  [['address'], { address: { country: 'NL' } }],
  [['phone'], {}],
  [['role', 'admin', 'offline_access'], {}],
  [['profile', 'email', 'profile'], { name: 'Alice', email: 'alice@example.com', email_verified: false }],
]

for (const [scope, claims] of cases) {
  test(`${scope.join(' ') || 'no scope'}: ${Object.keys(claims).join(' ') || 'nothing'}`, () =>
    assert.deepEqual(claimsFor(scope, known), claims))
}

test('a scope named like a member of Object.prototype asks for nothing', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) assert.deepEqual(claimsFor([name], known), {})
})

test('the scopes are those of OpenID Connect Core §5.4, and no claim has two', () => {
  assert.deepEqual(Object.keys(claimsOfScope), ['profile', 'email', 'address', 'phone'])
  const all = Object.values(claimsOfScope).flat()
  assert.equal(new Set(all).size, all.length)
  assert.equal(claimsOfScope['profile']!.length, 14)
})
