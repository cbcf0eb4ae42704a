/** How a user of a Keycloak realm comes: one row for each detail that is read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attributeSchema } from '../identity/attributes.ts'
import { groupsOf } from './keycloak-groups.ts'
import type { Realm } from './keycloak-realm.ts'
import { attributesOf, userOf } from './keycloak-users.ts'

const realm = {
  realm: 'r',
  groups: [{ name: 'sales', realmRoles: ['seller'], subGroups: [{ name: 'europe' }] }],
  roles: { realm: [{ name: 'seller' }], client: { shop: [{ name: 'buyer' }] } },
} as Realm
const attribute = (from: string, more: object) => [from, attributeSchema.parse({ name: from.toLowerCase(), ...more })] as const
const attributes = new Map([
  attribute('desk', { type: 'string' }),
  attribute('floor', { type: 'number' }),
  attribute('remote', { type: 'boolean' }),
  attribute('teams', { type: 'list' }),
  attribute('realm_roles', { type: 'list' }),
  attribute('client_roles', { type: 'list' }),
])
const read = (change: object) => userOf({ id: 'id', username: 'ada', ...change }, { groups: groupsOf(realm), attributes })
const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy'
const password = { type: 'password', credentialData: '{"algorithm":"bcrypt","hashIterations":5}', secretData: `{"value":"${bcrypt}"}` }
const app = (secret: string, userLabel?: string) => ({
  ...{ type: 'otp', userLabel, credentialData: '{"subType":"totp","digits":6,"period":30,"algorithm":"HmacSHA1"}' },
  secretData: `{"value":"${secret}"}`,
})

const base = { sub: 'id', username: 'ada', role: 'viewer', claims: {}, attributes: {}, password_is_temporary: false, status: 'active' }
const rows: [what: string, change: object, account: object, notes?: string[]][] = [
  ['a user', {}, {}],
  ['without an id', { id: null }, { sub: undefined }],
  ['an address', { email: 'ada@example.com', emailVerified: true }, { email: 'ada@example.com', claims: { email_verified: true } }],
  [
    'an address that is not verified',
    { email: 'ada@example.com', emailVerified: false },
    {
      ...{ email: 'ada@example.com', claims: { email_verified: false } },
    },
  ],
  ['a verified address that is none', { emailVerified: true }, {}],
  ['a bad address', { email: 'x', emailVerified: true }, {}, ['email: it is not a valid address']],
  ['an address as the user name', { username: 'ADA@example.com', email: 'ada@example.com' }, { username: 'id', email: 'ada@example.com' }],
  [
    'names',
    { firstName: 'Ada', lastName: 'Lovelace' },
    {
      claims: { name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' },
    },
  ],
  ['one name', { firstName: 'Ada', lastName: '' }, { claims: { name: 'Ada', given_name: 'Ada' } }],
  ['disabled', { enabled: false }, { status: 'suspended' }],
  ['a password', { credentials: [password] }, { password_hash: bcrypt }],
  ['a temporary password', { credentials: [{ ...password, temporary: true }] }, { password_hash: bcrypt, password_is_temporary: true }],
  [
    'a password to be changed',
    { credentials: [password], requiredActions: ['UPDATE_PASSWORD', 'VERIFY_EMAIL'] },
    {
      ...{ password_hash: bcrypt, password_is_temporary: true },
    },
  ],
  [
    'standard claims in attributes',
    { attributes: { phoneNumber: ['+12025550123'], phoneNumberVerified: ['true'], locale: ['en'] } },
    {
      claims: { phone_number: '+12025550123', phone_number_verified: true, locale: 'en' },
    },
  ],
  ['a claim that is not verified', { attributes: { phoneNumberVerified: ['yes'] } }, { claims: { phone_number_verified: false } }],
  ['a claim that does not fit', { attributes: { birthdate: ['tomorrow'] } }, {}, ['birthdate: it must be YYYY-MM-DD or YYYY']],
  [
    'an address of parts',
    { attributes: { street: ['1 Road'], postal_code: ['12'], country: [''] } },
    {
      claims: { address: { street_address: '1 Road', postal_code: '12' } },
    },
  ],
  [
    'attributes by their types',
    { attributes: { desk: ['4'], floor: ['5'], remote: ['true'], teams: ['a', 'b'], other: ['x'] } },
    {
      attributes: { desk: '4', floor: 5, remote: true, teams: ['a', 'b'] },
    },
  ],
  ['empty attributes', { attributes: { desk: [' '], teams: [], remote: ['false'] } }, { attributes: { remote: false } }],
  [
    'several values where one is wanted',
    { attributes: { desk: ['4', '5'] } },
    {},
    ['attribute desk: it does not fit the attribute desk of the tenant'],
  ],
  ['a number that is none', { attributes: { floor: ['top'] } }, {}, ['attribute floor: it does not fit the attribute floor of the tenant']],
  [
    'a boolean that is none',
    { attributes: { remote: ['yes'] } },
    {},
    ['attribute remote: it does not fit the attribute remote of the tenant'],
  ],
  [
    'roles',
    { realmRoles: ['seller'], clientRoles: { shop: ['buyer'] } },
    {
      attributes: { realm_roles: ['seller'], client_roles: ['shop:buyer'] },
    },
  ],
  ['a role by a group', { groups: ['/sales'] }, { attributes: { realm_roles: ['seller'] } }],
  [
    'a right at Keycloak',
    { clientRoles: { 'realm-management': ['view-users'] } },
    {},
    ['role realm-management:view-users: rights here are given by "gatehouse users set-role"'],
  ],
  ['a group that does not come', { groups: ['/none'] }, {}, ['group /none']],
  [
    'what never comes',
    {
      ...{ credentials: [{ type: 'webauthn' }], requiredActions: ['CONFIGURE_TOTP'], federationLink: 'ldap' },
      ...{ federatedIdentities: [{ identityProvider: 'google' }], clientConsents: [{ clientId: 'x' }] },
    },
    {},
    [
      'credential webauthn',
      'required action CONFIGURE_TOTP',
      'password: it is in the user storage ldap',
      'identity at google: the person connects it again on the account page',
      'consents: they are asked again',
    ],
  ],
  [
    'a second app',
    { credentials: [app('abcdefghij'), app('klmnopqrst', 'Old phone')] },
    {},
    ['authenticator app Old phone: an account has one app'],
  ],
]
for (const [what, change, account, notes = []] of rows)
  test(what, () => {
    const found = read(change)
    assert.ok('account' in found, JSON.stringify(found))
    assert.deepEqual([JSON.parse(JSON.stringify(found.account)), found.notes], [JSON.parse(JSON.stringify({ ...base, ...account })), notes])
  })

test('the app and the groups come beside the account', () => {
  const found = read({ credentials: [app('abcdefghij'), app('klmnopqrst')], groups: ['/sales/europe', '/none'] })
  assert.ok('account' in found)
  assert.deepEqual([found.totp && Buffer.from(found.totp).toString(), found.groups], ['abcdefghij', ['sales/europe']])
})

test('accounts of clients are left out, and what is no user is refused', () => {
  const leftOut = 'is the account of a client, not of a person'
  for (const name of ['serviceAccountClientId', 'serviceAccountClientLink'])
    assert.deepEqual(read({ [name]: 'x' }), { name: 'ada', leftOut })
  const problem = 'is not as Keycloak exports users'
  assert.deepEqual(read({ email: 5 }), { name: 'ada', problem })
  for (const value of [null, {}, { username: 5 }])
    assert.deepEqual(userOf(value, { groups: groupsOf(realm), attributes }), { name: '(without a name)', problem })
  assert.deepEqual(read({ id: 'a\u0000b' }), { name: 'ada', problem: 'sub must be 1 to 255 visible ASCII characters' })
})

test('attributes that the tenant has to define are those that are no claims and have a value', () => {
  const given = { desk: ['4'], empty: [' '], locale: ['en'], street: ['x'], teams: ['a', ' ', 'b'] }
  assert.deepEqual(attributesOf({ username: 'ada', attributes: given }), { desk: ['4'], teams: ['a', 'b'] })
  assert.deepEqual(attributesOf({}), {})
})
