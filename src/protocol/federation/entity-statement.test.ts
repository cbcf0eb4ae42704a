/** Claims of entity statements that no chain needs, and that must be well formed all the same — OpenID Federation 1.0 §3.5. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signer } from '../../../test/federation.ts'
import { OAuthError } from '../errors.ts'
import { readConfiguration, readRegistrationRequest, readStatement } from './entity-statement.ts'

const NOW = 1_800_000_000
const keys = signer()
const [entity, superior] = ['https://rp.example', 'https://anchor.example']
const type = 'https://type.example'
const mark = keys.sign('trust-mark+jwt', { iss: superior, sub: entity, trust_mark_type: type, iat: NOW })

const statement = (iss: string, claims: object, header = {}) =>
  keys.sign('entity-statement+jwt', { iss, sub: entity, iat: NOW, exp: NOW + 60, jwks: { keys: [keys.jwk] }, ...claims }, header)
const refusal = (iss: string, claims: object): unknown => {
  try {
    readStatement(statement(iss, claims), NOW)
    return undefined
  } catch (error) {
    assert.ok(error instanceof OAuthError)
    return [error.code, error.description]
  }
}

test('what is well formed is taken, whether it is believed or not', () => {
  const ofConfiguration = {
    trust_marks: [{ trust_mark_type: type, trust_mark: mark }],
    trust_anchor_hints: [superior],
    trust_mark_issuers: { [type]: [], other: [superior] },
    trust_mark_owners: { [type]: { sub: superior, jwks: { keys: [] } } },
  }
  assert.equal(refusal(entity, ofConfiguration), undefined)
  assert.equal(refusal(superior, { source_endpoint: `${superior}/fetch` }), undefined)
})

const badMarks = 'trust_marks must be trust marks as JWTs, each with its trust_mark_type'
const badEntities = 'trust_mark_issuers and trust_mark_owners must name entities for each type of trust mark'
const badHints = 'authority_hints and trust_anchor_hints must be 1 to 20 entity identifiers'
const wrongKind = 'an entity statement has a claim that its kind cannot have'

const badKeys = 'jwks of an entity statement must have 1 to 20 public keys, each with a kid of its own'

const refused: [iss: string, claims: object, description: string][] = [
  ...['keys', [], {}, { keys: 'key' }, { keys: { 0: keys.jwk } }, { keys: [null] }, { keys: [{ ...keys.jwk, kid: '' }] }].map(
    (jwks): [string, object, string] => [superior, { jwks }, badKeys],
  ),
  [entity, { trust_anchor_hints: [] }, badHints],
  [entity, { trust_anchor_hints: ['anchor'] }, badHints],
  [superior, { trust_anchor_hints: [superior] }, wrongKind],
  [entity, { trust_anchor: superior }, wrongKind],
  [superior, { trust_anchor: superior }, wrongKind],
  [entity, { source_endpoint: `${superior}/fetch` }, wrongKind],
  [superior, { source_endpoint: '/fetch' }, 'source_endpoint of an entity statement must be a URL'],
  [entity, { trust_marks: 'mark' }, badMarks],
  [entity, { trust_marks: [mark] }, badMarks],
  [entity, { trust_marks: [{ trust_mark: mark }] }, badMarks],
  [entity, { trust_marks: [{ trust_mark_type: type }] }, badMarks],
  [entity, { trust_marks: [{ trust_mark_type: 'https://other.example', trust_mark: mark }] }, badMarks],
  [entity, { trust_marks: [{ trust_mark_type: type, trust_mark: 'x' }] }, badMarks],
  [entity, { trust_marks: [{ trust_mark: 'x' }] }, badMarks],
  [entity, { trust_mark_issuers: [] }, badEntities],
  [entity, { trust_mark_issuers: { [type]: superior } }, badEntities],
  [entity, { trust_mark_issuers: { [type]: ['anchor'] } }, badEntities],
  [entity, { trust_mark_owners: [] }, badEntities],
  [entity, { trust_mark_owners: { [type]: superior } }, badEntities],
  [entity, { trust_mark_owners: { [type]: { sub: 'owner', jwks: { keys: [keys.jwk] } } } }, badEntities],
  [entity, { trust_mark_owners: { [type]: { sub: superior } } }, badEntities],
  [entity, { trust_mark_owners: { [type]: { sub: superior, jwks: {} } } }, badEntities],
]

test('what is malformed is refused', () => {
  for (const [iss, claims, description] of refused)
    assert.deepEqual(refusal(iss, claims), ['invalid_trust_chain', description], JSON.stringify(claims))
})

test('a registration request alone may bring a trust chain in its header, and is signed with a key in it', () => {
  const jwt = statement(entity, {}, { trust_chain: Array.from({ length: 40 }, () => mark) })
  assert.equal(readRegistrationRequest(jwt, NOW).sub, entity)
  assert.throws(() => readConfiguration(jwt, NOW))
  assert.throws(() => readConfiguration(statement(entity, {}, { trust_chain: [] }), NOW), /cannot have a trust_chain header/)
  assert.throws(() => readRegistrationRequest(statement(superior, {}), NOW), /must have the same iss and sub/)
  const foreign = statement(entity, { jwks: { keys: [{ ...signer().jwk, kid: keys.kid }] } })
  assert.throws(() => readRegistrationRequest(foreign, NOW), /not signed with a key/)
  const shown = statement(entity, {}, { jwk: { ...keys.jwk, d: 'AQAB' } })
  assert.throws(() => readRegistrationRequest(shown, NOW), /not signed with a key/)
})
