/** Trust chains as tables: which are accepted, and every way in which one is refused — OpenID Federation 1.0 §3.5, §6.2, §10.2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Signer, signer } from '../../../test/federation.ts'
import { OAuthError } from '../errors.ts'
import { readStatement } from './entity-statement.ts'
import { type TrustAnchors, type TrustChain, verifyChain } from './trust-chain.ts'

const NOW = 1_800_000_000
const ids = {
  rp: 'https://rp.example',
  first: 'https://one.org.example',
  second: 'https://two.example/path',
  anchor: 'https://anchor.example',
}
const keys = { rp: signer(), first: signer(), second: signer(), anchor: signer(), stranger: signer() }
const anchors: TrustAnchors = new Map([[ids.anchor, [keys.anchor.jwk]]])

type Change = Record<string, unknown>
type Name = keyof typeof ids

/** From the relying party over two intermediates to the anchor; `change`: claims of each statement, `header` its header, `by` its signer. */
interface Part {
  iss: Name
  sub: Name
  claims?: Change
  header?: Change
  typ?: string
  by?: Signer
}

const parts: readonly Part[] = [
  {
    iss: 'rp',
    sub: 'rp',
    claims: { authority_hints: [ids.first], metadata: { openid_relying_party: { client_name: 'RP', scope: 'openid email' }, other: {} } },
  },
  { iss: 'first', sub: 'rp' },
  { iss: 'second', sub: 'first' },
  { iss: 'anchor', sub: 'second' },
  { iss: 'anchor', sub: 'anchor' },
]

function statement({ iss, sub, claims, header = {}, typ = 'entity-statement+jwt', by = keys[iss] }: Part): string {
  const usual = { iss: ids[iss], sub: ids[sub], iat: NOW - 10, exp: NOW + 3600, jwks: { keys: [keys[sub].jwk] } }
  return by.sign(typ, { ...usual, ...claims }, header)
}

const changed = (i: number, change: Partial<Part>) =>
  parts.map((part, j) => (j === i ? { ...part, ...change, claims: { ...part.claims, ...change.claims } } : part))
const chainOf = (all: readonly Part[], at = NOW) =>
  verifyChain(
    all.map((part) => readStatement(statement(part), at)),
    anchors,
  )

function refusal(work: () => unknown): [code: string, description: string] | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    assert.ok(error instanceof OAuthError)
    return [error.code, error.description]
  }
}

test('a chain over two intermediates is accepted, with and without the configuration of the anchor', () => {
  for (const all of [parts, parts.slice(0, 4)]) {
    const chain = chainOf(all)
    assert.equal(chain.subject, ids.rp)
    assert.equal(chain.anchor, ids.anchor)
    assert.deepEqual(chain.keys, [keys.rp.jwk])
    assert.equal(chain.metadata['openid_relying_party']?.['client_name'], 'RP')
  }
  assert.equal(chainOf([parts[4] as Part]).subject, ids.anchor, 'an anchor needs nobody else')
})

test('a chain expires with the first of its statements', () => {
  for (const i of parts.keys()) assert.equal(chainOf(changed(i, { claims: { exp: NOW + 60 } })).expiresAt, NOW + 60)
})

const notSigned = 'an entity statement is not signed with a key that its superior vouches for'
const malformedConstraints = 'constraints of an entity statement are malformed'
const badKeys = 'jwks of an entity statement must have 1 to 20 public keys, each with a kid of its own'
const badHints = 'authority_hints and trust_anchor_hints must be 1 to 20 entity identifiers'
const wrongKind = 'an entity statement has a claim that its kind cannot have'
const notAnIdentifier = 'iss and sub of an entity statement must be entity identifiers'

const refused: [name: string, parts: readonly Part[], description: string, code?: string][] = [
  ['another typ', changed(1, { typ: 'JWT' }), 'typ of an entity statement must be entity-statement+jwt'],
  ['a trust_chain header', changed(1, { header: { trust_chain: [] } }), 'an entity statement cannot have a trust_chain header'],
  ['alg none', changed(1, { header: { alg: 'none' } }), notSigned],
  ['alg HS256', changed(1, { header: { alg: 'HS256' } }), notSigned],
  ['no kid', changed(1, { header: { kid: undefined } }), notSigned],
  ['an empty kid', changed(1, { header: { kid: '' } }), notSigned],
  ['a kid of another key', changed(1, { header: { kid: keys.anchor.kid } }), notSigned],
  ['an expired configuration', changed(0, { claims: { exp: NOW } }), 'an entity statement has expired'],
  ['an expired statement', changed(2, { claims: { exp: NOW - 1 } }), 'an entity statement has expired'],
  ['a statement of the future', changed(3, { claims: { iat: NOW + 61 } }), 'an entity statement is not yet valid'],
  ['no iat', changed(2, { claims: { iat: undefined } }), 'an entity statement needs iat and exp, in seconds'],
  ['no exp', changed(2, { claims: { exp: undefined } }), 'an entity statement needs iat and exp, in seconds'],
  ['exp as text', changed(2, { claims: { exp: '2100' } }), 'an entity statement needs iat and exp, in seconds'],
  ['no jwks', changed(1, { claims: { jwks: undefined } }), badKeys],
  ['no keys', changed(1, { claims: { jwks: { keys: [] } } }), badKeys],
  ['a key without kid', changed(1, { claims: { jwks: { keys: [{ ...keys.rp.jwk, kid: undefined }] } } }), badKeys],
  ['two keys of one kid', changed(1, { claims: { jwks: { keys: [keys.rp.jwk, keys.rp.jwk] } } }), badKeys],
  ['a private key', changed(1, { claims: { jwks: { keys: [{ ...keys.rp.jwk, d: 'AA' }] } } }), badKeys],
  [
    '21 keys',
    changed(1, { claims: { jwks: { keys: Array.from({ length: 21 }, (_, i) => ({ ...keys.rp.jwk, kid: `k${i}` })) } } }),
    badKeys,
  ],
  ['iss that is no URL', changed(1, { claims: { iss: 'one' } }), notAnIdentifier],
  ['sub with a query', changed(1, { claims: { sub: 'https://rp.example?x' } }), notAnIdentifier],
  ['sub with a fragment', changed(1, { claims: { sub: 'https://rp.example#x' } }), notAnIdentifier],
  ['sub over http', changed(1, { claims: { sub: 'http://rp.example' } }), notAnIdentifier],
  ['crit', changed(1, { claims: { crit: ['jti'], jti: 'x' } }), 'crit of an entity statement names a claim that is not understood here'],
  ['crit that is no list', changed(1, { claims: { crit: true } }), 'crit of an entity statement names a claim that is not understood here'],
  [
    'a critical operator',
    changed(1, { claims: { metadata_policy_crit: ['regexp'] } }),
    'metadata_policy_crit names an operator that is not understood here',
  ],
  ['policy in a configuration', changed(0, { claims: { metadata_policy: {} } }), wrongKind],
  ['constraints in a configuration', changed(4, { claims: { constraints: {} } }), wrongKind],
  ['authority_hints in a subordinate statement', changed(1, { claims: { authority_hints: [ids.anchor] } }), wrongKind],
  ['trust marks in a subordinate statement', changed(1, { claims: { trust_marks: [] } }), wrongKind],
  ['no authority_hints in the list', changed(0, { claims: { authority_hints: [] } }), badHints],
  ['a hint that is no identifier', changed(0, { claims: { authority_hints: ['one'] } }), badHints],
  ['21 hints', changed(0, { claims: { authority_hints: Array.from({ length: 21 }, (_, i) => `https://${i}.example`) } }), badHints],
  [
    'null in metadata',
    changed(0, { claims: { metadata: { openid_relying_party: { scope: null } } } }),
    'metadata must be an object for each entity type, without null',
    'invalid_metadata',
  ],
  [
    'metadata that is a list',
    changed(0, { claims: { metadata: [] } }),
    'metadata must be an object for each entity type, without null',
    'invalid_metadata',
  ],
  [
    'no authority hint for the superior',
    changed(0, { claims: { authority_hints: [ids.second] } }),
    'the superior in a trust chain is none of the authority_hints of its subject',
  ],
  ['no configuration first', parts.slice(1), 'a trust chain must begin with the entity configuration of its subject'],
  ['no statement at all', [], 'a trust chain must have 1 to 10 entity statements'],
  ['a missing statement', parts.filter((_, i) => i !== 2), 'the issuer of a statement in a trust chain is not the subject of the next'],
  [
    'a loop',
    [
      parts[0] as Part,
      parts[1] as Part,
      { iss: 'second', sub: 'first' },
      { iss: 'first', sub: 'second' },
      { iss: 'anchor', sub: 'first' },
      parts[4] as Part,
    ],
    'a trust chain loops: an entity is in it twice',
  ],
  [
    'a configuration between',
    [parts[0] as Part, parts[1] as Part, { iss: 'first', sub: 'first' }, ...parts.slice(2)],
    'a trust chain loops: an entity is in it twice',
  ],
  ['another end', parts.slice(0, 3), 'the trust chain does not end at a trust anchor of this server', 'invalid_trust_anchor'],
  ['a configuration signed by a stranger', changed(0, { by: keys.stranger }), notSigned],
  ['a statement signed by its subject', changed(1, { by: keys.rp }), notSigned],
  ['a statement signed by a superior of the superior', changed(1, { by: keys.second }), notSigned],
  ['a statement of the anchor signed by another', changed(3, { by: keys.second }), notSigned],
  [
    'an anchor with other keys than the configured ones',
    [...parts.slice(0, 4), { iss: 'anchor', sub: 'anchor', by: keys.stranger, claims: { jwks: { keys: [keys.stranger.jwk] } } }],
    notSigned,
  ],
  ['keys that the superior does not vouch for', changed(1, { claims: { jwks: { keys: [keys.stranger.jwk] } } }), notSigned],
  [
    'too many intermediates for the anchor',
    changed(3, { claims: { constraints: { max_path_length: 1 } } }),
    'the trust chain is longer than max_path_length of a superior allows',
  ],
  [
    'too many intermediates for an intermediate',
    changed(2, { claims: { constraints: { max_path_length: 0 } } }),
    'the trust chain is longer than max_path_length of a superior allows',
  ],
  ...[
    { permitted: ['.org.example'] },
    { permitted: [] },
    { excluded: ['rp.example'] },
    { excluded: ['.org.example'] },
    { permitted: ['rp.example', '.org.example'] },
    { permitted: ['rp.example', '.org.example', 'two.example'], excluded: ['RP.example'] },
  ].map((naming): [string, readonly Part[], string] => [
    `names ${JSON.stringify(naming)}`,
    changed(3, { claims: { constraints: { naming_constraints: naming } } }),
    'naming_constraints of a superior do not allow an entity of the trust chain',
  ]),
  ...[
    'none',
    { max_path_length: -1 },
    { max_path_length: 1.5 },
    { naming_constraints: [] },
    { naming_constraints: { permitted: 'a' } },
    { naming_constraints: { excluded: [1] } },
    { naming_constraints: { permitted: [''] } },
    { naming_constraints: { excluded: Array(201).fill('a.example') } },
    { allowed_entity_types: 'openid_relying_party' },
    { allowed_entity_types: ['federation_entity'] },
  ].map((constraints): [string, readonly Part[], string] => [
    `constraints ${JSON.stringify(constraints)}`,
    changed(3, { claims: { constraints } }),
    malformedConstraints,
  ]),
  [
    'policies that contradict each other',
    changed(3, { claims: { metadata_policy: { openid_relying_party: { client_name: { value: 'A' } } } } }).map((part, i) =>
      i === 1 ? { ...part, claims: { metadata_policy: { openid_relying_party: { client_name: { value: 'B' } } } } } : part,
    ),
    'superiors set different values for one metadata parameter',
    'invalid_metadata',
  ],
  [
    'metadata that a policy forbids',
    changed(3, { claims: { metadata_policy: { openid_relying_party: { client_name: { one_of: ['A'] } } } } }),
    'a metadata parameter is none of the values that a superior allows',
    'invalid_metadata',
  ],
]

test('what is just within the limits is accepted', () => {
  const named = Array.from({ length: 19 }, (_, i) => ({ ...keys.rp.jwk, kid: `k${i}` }))
  const names = ['RP.example', '.Org.example', 'two.example', ...Array.from({ length: 197 }, (_, i) => `${i}.example`)]
  const accepted: Record<string, readonly Part[]> = {
    '20 keys': changed(1, { claims: { jwks: { keys: [keys.rp.jwk, ...named] } } }),
    '20 hints': changed(0, { claims: { authority_hints: [...Array(19).fill('https://a.example'), ids.first] } }),
    'a clock that is a minute ahead': changed(3, { claims: { iat: NOW + 60 } }),
    'the last second': changed(2, { claims: { exp: NOW + 1 } }),
    '200 names, in any case': changed(3, { claims: { constraints: { naming_constraints: { permitted: names, excluded: [] } } } }),
    'no intermediate below': changed(1, { claims: { constraints: { max_path_length: 0 } } }),
  }
  for (const [name, all] of Object.entries(accepted)) assert.equal(chainOf(all).anchor, ids.anchor, name)
})

test('every other chain is refused', () => {
  for (const [name, all, description, code = 'invalid_trust_chain'] of refused)
    assert.deepEqual(
      refusal(() => chainOf(all)),
      [code, description],
      name,
    )
})

test('what is no signed statement is refused', () => {
  const signed = statement(parts[1] as Part)
  const [header = '', , signature = ''] = signed.split('.')
  const holding = (text: string) => [header, Buffer.from(text).toString('base64url'), signature].join('.')
  const rows: [unknown, string][] = [
    [undefined, 'an entity statement must be a signed JWT of at most 65536 characters'],
    ['a.b', 'an entity statement must be a signed JWT of at most 65536 characters'],
    [`${signed}${'A'.repeat(65_536)}`, 'an entity statement must be a signed JWT of at most 65536 characters'],
    [holding('[]'), 'an entity statement must hold one JSON object, with each name once'],
    [holding('{"iss":"a","iss":"b"}'), 'an entity statement must hold one JSON object, with each name once'],
  ]
  for (const [jwt, description] of rows)
    assert.deepEqual(
      refusal(() => readStatement(jwt, NOW)),
      ['invalid_trust_chain', description],
    )
})

test('constraints that are kept leave the chain as it is, and allowed_entity_types takes types away', () => {
  const kept = [
    { max_path_length: 2 },
    { naming_constraints: { permitted: ['rp.example', '.org.example', 'two.example'], excluded: ['.rp.example'] } },
    { unknown_constraint: true },
  ]
  const typesOf = ({ metadata }: TrustChain) => Object.keys(metadata).sort()
  for (const constraints of kept)
    assert.deepEqual(typesOf(chainOf(changed(3, { claims: { constraints } }))), ['openid_relying_party', 'other'])
  const narrowed = chainOf(changed(2, { claims: { constraints: { allowed_entity_types: ['openid_relying_party'] } } }))
  assert.deepEqual(typesOf(narrowed), ['openid_relying_party'])
  assert.deepEqual(narrowed.removedTypes, ['other'])
  assert.deepEqual(typesOf(chainOf(changed(2, { claims: { constraints: { allowed_entity_types: [] } } }))), [])
})

test('the immediate superior alone states metadata, for entity types that the subject has, and policies come after it', () => {
  const metadata = { openid_relying_party: { client_name: 'Stated' }, invented: { a: 1 } }
  const all = changed(1, { claims: { metadata, metadata_policy: { openid_relying_party: { scope: { subset_of: ['openid'] } } } } })
  const chain = chainOf(
    all.map((part, i) => (i === 2 ? { ...part, claims: { metadata: { openid_relying_party: { client_name: 'Far' } } } } : part)),
  )
  assert.deepEqual(chain.metadata, { openid_relying_party: { client_name: 'Stated', scope: 'openid' }, other: {} })
  assert.deepEqual(
    chain.changes.map(({ parameter, operator, before, after }) => [parameter, operator, before, after]),
    [['scope', 'subset_of', ['openid', 'email'], ['openid']]],
  )
})
