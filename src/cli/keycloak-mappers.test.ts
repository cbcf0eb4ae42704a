import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimsByMappers } from './keycloak-mappers.ts'

const mapper = (protocolMapper: string, config: Record<string, string | null> = {}) => ({
  ...{ name: 'it', protocolMapper },
  config: { 'claim.name': 'claim', 'access.token.claim': 'true', ...config },
})
const property = (name: string) => mapper('oidc-usermodel-property-mapper', { 'user.attribute': name })
const attribute = (name: string) => mapper('oidc-usermodel-attribute-mapper', { 'user.attribute': name })
const fixed = (value: string, type?: string) =>
  mapper('oidc-hardcoded-claim-mapper', { 'claim.value': value, ...(type === undefined ? {} : { 'jsonType.label': type }) })

test('what a mapper reads becomes the source of a claim', () => {
  const rows: [given: ReturnType<typeof mapper>, source: string][] = [
    [property('username'), 'account.preferred_username'],
    [property('email'), 'account.email'],
    [property('emailVerified'), 'account.email_verified'],
    [property('firstName'), 'account.given_name'],
    [property('lastName'), 'account.family_name'],
    [attribute('firstName'), 'account.given_name'],
    [attribute('phoneNumber'), 'account.phone_number'],
    [attribute('zoneinfo'), 'account.zoneinfo'],
    [attribute('costCenter'), 'account.attributes.cost_center'],
    [attribute('constructor'), 'account.attributes.constructor'],
    [mapper('oidc-group-membership-mapper'), 'account.groups'],
    [mapper('oidc-usermodel-realm-role-mapper'), 'account.attributes.realm_roles'],
    [mapper('oidc-usermodel-client-role-mapper'), 'account.attributes.client_roles'],
  ]
  for (const [given, source] of rows)
    assert.deepEqual(
      claimsByMappers([given]),
      { members: { access_token_claim_sources: { claim: source } }, notes: [] },
      JSON.stringify(given),
    )
})

test('a fixed value has the type that the mapper names', () => {
  const rows: [given: ReturnType<typeof mapper>, value: unknown][] = [
    [fixed('5'), '5'],
    [fixed('5', 'String'), '5'],
    [fixed('5', 'int'), 5],
    [fixed('true', 'boolean'), true],
    [fixed('{"a":[1]}', 'JSON'), { a: [1] }],
    [fixed('{', 'JSON'), '{'],
  ]
  for (const [given, value] of rows)
    assert.deepEqual(claimsByMappers([given]), { members: { access_token_claims: { claim: value } }, notes: [] }, JSON.stringify(given))
})

test('a claim may have a dot in its name, and sources and fixed values come together', () => {
  const all = [mapper('oidc-group-membership-mapper', { 'claim.name': 'https://app\\.example/groups' }), fixed('5')]
  assert.deepEqual(claimsByMappers(all).members, {
    access_token_claims: { claim: '5' },
    access_token_claim_sources: { 'https://app.example/groups': 'account.groups' },
  })
  assert.deepEqual(claimsByMappers([]), { members: {}, notes: [] })
})

test('what cannot come is told, and what is in every token is not', () => {
  const rows: [given: ReturnType<typeof mapper>, note: string | undefined][] = [
    ...['sub', 'acr', 'amr', 'full-name', 'address', 'allowed-origins'].map((name): [ReturnType<typeof mapper>, undefined] => [
      mapper(`oidc-${name}-mapper`),
      undefined,
    ]),
    [property('createdTimestamp'), 'there is nothing like it here'],
    [property('constructor'), 'there is nothing like it here'],
    [mapper('saml-role-list-mapper'), 'there is nothing like it here'],
    [mapper('oidc-audience-mapper'), 'declare the API with "gatehouse resources create", and name it with --default-resource'],
    [
      mapper('oidc-sha256-pairwise-sub-mapper'),
      'the application gets the subject itself; pairwise subjects of this server would be others',
    ],
    [mapper('oidc-group-membership-mapper', { 'access.token.claim': 'false' }), 'it is not for access tokens'],
    [mapper('oidc-group-membership-mapper', { 'claim.name': null }), 'it is not for access tokens'],
    [
      mapper('oidc-usermodel-realm-role-mapper', { 'claim.name': 'realm_access.roles' }),
      'the claim realm_access.roles is nested: name it without dots, such as "roles"',
    ],
  ]
  for (const [given, note] of rows) {
    const notes = note === undefined ? [] : [`protocol mapper it (${given.protocolMapper}): ${note}`]
    assert.deepEqual(claimsByMappers([given]), { members: {}, notes }, JSON.stringify(given))
  }
  const taken = claimsByMappers([mapper('oidc-hardcoded-claim-mapper', { 'claim.name': 'iss', 'claim.value': 'x' })])
  assert.deepEqual(taken.members, {})
  assert.match(taken.notes[0] ?? '', /^protocol mapper it \(oidc-hardcoded-claim-mapper\): the claim iss /)
})
