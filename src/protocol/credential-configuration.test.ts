/** What can be declared of a credential: each refusal names the member and how to mend it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  pathOf,
  credentialConfigurationSchema as schema,
  scopeOf,
  storedConfiguration,
  titleOf,
  vctOf,
} from './credential-configuration.ts'

const claim = { name: 'email', source: 'account.email' }
const badge = { id: 'badge', display: [{ name: 'Badge' }, { name: 'Ausweis', locale: 'de' }], claims: [claim] }
const document = { ...badge, format: 'mso_mdoc', doctype: 'org.example.badge', claims: [{ ...claim, namespace: 'org.example' }] }

const problemsOf = (given: object) =>
  (schema.safeParse(given).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
const withClaim = (more: object) => ({ ...badge, claims: [{ ...claim, ...more }] })
const ofServer = ['iss', 'sub', 'iat', 'nbf', 'exp', 'cnf', 'vct', 'status', '_sd', '_sd_alg', '...']

test('what is not said has a default', () => {
  const { enabled, format, validity, approval, claims, scope, vct } = schema.parse(badge)
  assert.deepEqual(
    { enabled, format, validity, approval, scope, vct },
    {
      enabled: true,
      format: 'dc+sd-jwt',
      validity: 7_776_000,
      approval: 'none',
      scope: undefined,
      vct: undefined,
    },
  )
  assert.deepEqual(claims, [{ ...claim, disclosure: 'selective', mandatory: false }])
  assert.equal(schema.parse({ ...badge, key_attestation: { keys: [key] } }).key_attestation?.required, true)
})

const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }

test('each claim that the format makes itself is refused', () => {
  for (const name of ofServer) assert.deepEqual(problemsOf(withClaim({ name })), ['claims.0.name: can only be set by the server'], name)
  assert.deepEqual(problemsOf(withClaim({ name: 'vct#integrity' })), ['claims.0.name: must be the name of a claim'])
})

test('a scope that has another meaning is refused', () => {
  const others = [
    'openid',
    'profile',
    'email',
    'address',
    'phone',
    'groups',
    'offline_access',
    'grant_management_query',
    'admin:',
    'admin:users:read',
  ]
  for (const scope of others) assert.deepEqual(problemsOf({ ...badge, scope }), ['scope: has another meaning here'], scope)
  for (const scope of ['openid2', 'xopenid', 'wallet:admin:', 'administration'])
    assert.deepEqual(problemsOf({ ...badge, scope }), [], scope)
})

const accepted: [what: string, given: object][] = [
  ['a mobile document', document],
  ['the same name in two namespaces', { ...document, claims: [...document.claims, { ...claim, namespace: 'org.example.2' }] }],
  ['a fixed value', { ...badge, claims: [{ name: 'tier', value: null }] }],
  ['the shortest validity', { ...badge, validity: 3600 }],
  ['the longest validity', { ...badge, validity: 315_360_000 }],
  ['65536 characters', longOf(65_536)],
  ['a vct that is no URL of this server', { ...badge, vct: 'urn:eudi:pid:1' }],
  ['keys of attesters', { ...badge, key_attestation: { keys: [key], key_storage: ['iso_18045_high'] } }],
  ['a look', { ...badge, display: [{ name: 'Badge', background_color: '#12107c', logo: { uri: 'https://example.com/logo.png' } }] }],
]
for (const [what, given] of accepted) test(`accepted: ${what}`, () => assert.deepEqual(problemsOf(given), []))

const refused: [what: string, given: object, problem: string][] = [
  ['a mobile document without a type', { ...document, doctype: undefined }, 'doctype: is missing: a mobile document needs it'],
  ['a mobile document with a vct', { ...document, vct: 'urn:x' }, 'vct: is for dc+sd-jwt only; remove it'],
  [
    'a mobile document whose claim has no namespace',
    { ...document, claims: [claim] },
    'claims.0.namespace: is missing: a mobile document needs it',
  ],
  ['another with a doctype', { ...badge, doctype: 'org.example' }, 'doctype: is for mso_mdoc only; remove it'],
  ['another with a namespace', withClaim({ namespace: 'n' }), 'claims.0.namespace: is for mso_mdoc only; remove it'],
  ['a name that is there twice', { ...badge, claims: [claim, { name: 'x', value: 1 }, claim] }, 'claims.2.name: is there twice'],
  ['a claim without a source', { ...badge, claims: [{ name: 'email' }] }, 'claims.0.source: or value is needed, and not both'],
  ['a claim with a source and a value', withClaim({ value: 1 }), 'claims.0.source: or value is needed, and not both'],
  ['65537 characters', longOf(65_537), ': must not be longer than 65536 characters as JSON'],
  [
    'a locale that is none',
    { ...badge, display: [{ name: 'Badge', locale: 'e' }] },
    'display.0.locale: must be a language tag such as en-GB',
  ],
  [
    'a colour that is none',
    { ...badge, display: [{ name: 'Badge', text_color: 'red' }] },
    'display.0.text_color: must be a colour such as #12107c',
  ],
  ['a vct that is no URI', { ...badge, vct: 'x' }, 'vct: must be an absolute URI'],
  ['a vct with a character that cannot be seen', { ...badge, vct: 'urn:a\u202eb' }, 'vct: must be an absolute URI'],
  [
    'a private key',
    { ...badge, key_attestation: { keys: [{ ...key, d: 'AA' }] } },
    'key_attestation.keys.0: must be a public key that signs',
  ],
  [
    'a key that agrees',
    { ...badge, key_attestation: { keys: [{ ...key, crv: 'X25519' }] } },
    'key_attestation.keys.0: must be a public key that signs',
  ],
]
for (const [what, given, problem] of refused) test(`refused: ${what}`, () => assert.deepEqual(problemsOf(given), [problem]))

function longOf(characters: number): object {
  const value = (text: string) => ({ ...badge, claims: [{ name: 'x', value: text }] })
  return value('x'.repeat(characters - JSON.stringify(schema.parse(value(''))).length))
}

test('names follow from what is declared', () => {
  assert.deepEqual([scopeOf({ id: 'a', scope: undefined }), scopeOf({ id: 'a', scope: 'b' })], ['a', 'b'])
  assert.deepEqual(
    [vctOf('https://id.example', { id: 'a', vct: undefined }), vctOf('https://id.example', { id: 'a', vct: 'urn:b' })],
    ['https://id.example/credential-types/a', 'urn:b'],
  )
  assert.equal(titleOf(badge), 'Badge')
  assert.deepEqual(
    [badge, document].map((one) => pathOf(schema.parse(one).claims[0]!)),
    [['email'], ['org.example', 'email']],
  )
})

test('a stored one that cannot be read is not offered, and would wait for an administrator', () => {
  const { enabled, display, claims, approval } = storedConfiguration('badge', { enabled: 1, display: 2, claims: 3, approval: 4 })
  assert.deepEqual(
    { enabled, display, claims, approval },
    { enabled: false, display: [{ name: 'badge' }], claims: [], approval: 'required' },
  )
  assert.deepEqual(storedConfiguration('badge', { ...badge, id: 'other' }), schema.parse(badge))
})
