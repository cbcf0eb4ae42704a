/** Our trust chains and those of an independent library, on generated federations. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { resolveTrustChains } from '@openid-federation/core'
import fc from 'fast-check'
import { compactVerify, importJWK, type JWK } from 'jose'
import { remote } from '../../src/outbound/remote.ts'
import { discover } from '../../src/protocol/federation/discovery.ts'
import { type Entity, federation } from '../federation.ts'

const now = () => Math.floor(Date.now() / 1000)
const world = federation(now)
const outside = remote({ allowedAddresses: ['127.0.0.1', '::1'], ca: undefined })
after(() => world.close())

// Every list has 'code', because the library takes an empty list for an absent one. It also reads superset_of the other way round, lets `value`
// stand beside `essential` alone, and forgets an `essential` of the subordinate that the superior calls voluntary: none of these is generated.
const list = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }).map((words) => ['code', ...words])
const addition = fc.constantFrom(['code'], ['code', 'a'])
const bound = fc.constantFrom(['code', 'a'], ['code', 'a', 'b'], ['code', 'b', 'c'])
const essential = fc.constant(true)
const word = fc.constantFrom('x', 'y')
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 2 })
const values = fc.record({ response_types: fc.record({ value: addition }), software_id: fc.record({ value: word }) }, { requiredKeys: [] })
const others = fc.record(
  {
    response_types: fc.record({ add: addition, default: addition, subset_of: bound, essential }, { requiredKeys: [] }),
    software_id: fc.record({ default: word, one_of: words, essential }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
)
const policies = fc.oneof(
  ...[values, others].map((policy: fc.Arbitrary<object>) =>
    fc.array(fc.option(policy, { nil: undefined }), { minLength: 1, maxLength: 5 }),
  ),
)

const generated = fc.record({
  policies,
  stated: fc.option(fc.record({ client_name: fc.constant('Stated'), software_id: word }, { requiredKeys: ['client_name'] }), {
    nil: undefined,
  }),
  given: fc.record({ response_types: list, software_id: word }, { requiredKeys: ['response_types'] }),
  deadEnd: fc.boolean(),
})

/** Superiors from the anchor down, each with its policy for the next, and a relying party below. */
async function built({ policies, stated, given, deadEnd }: typeof generated extends fc.Arbitrary<infer T> ? T : never) {
  const stranger = await world.entity()
  const anchor = await world.entity()
  let superior: Entity = anchor
  for (const [i, own] of policies.entries()) {
    const isLast = i === policies.length - 1
    const superiors = deadEnd && !isLast ? [stranger, superior] : [superior]
    const metadata = isLast ? { openid_relying_party: { client_registration_types: ['automatic'], ...given } } : {}
    const below = await world.entity({ superiors, metadata })
    const statement = superior.about.get(below.id)!
    if (own) statement['metadata_policy'] = { openid_relying_party: own }
    if (isLast && stated) statement['metadata'] = { openid_relying_party: { client_registration_types: ['automatic'], ...stated } }
    superior = below
  }
  return { anchor, rp: superior }
}

const sorted = (metadata: object | undefined) =>
  metadata && Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Array.isArray(value) ? value.toSorted() : value]))

test('an independent library finds the same chains and metadata in generated federations of depth up to 5', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(generated, async (form) => {
      const { anchor, rp } = await built(form)
      const { chain, fault } = await discover({ remote: outside, now, anchors: new Map([[anchor.id, [anchor.jwk]]]) }, rp.id)
      const theirs = await resolveTrustChains({
        entityId: rp.id,
        trustAnchorEntityIds: [anchor.id],
        verifyJwtCallback: async ({ jwt, jwk }) => (await compactVerify(jwt, await importJWK(jwk as JWK, 'ES256'))) !== undefined,
      })
      if (!chain) {
        // Theirs does not check combinations of operators, nor that what one entity states is free of contradictions.
        if (fault?.description !== 'operators of a metadata policy contradict each other') assert.equal(theirs.length, 0, String(fault))
        return
      }
      accepted++
      const same = theirs.find((one) => one.chain.length === chain.statements.length - 1)
      assert.ok(same, 'the library finds this chain too')
      assert.deepEqual(
        same.chain.map(({ iss, sub }) => [iss, sub]),
        chain.statements.slice(1).map(({ iss, sub }) => [iss, sub]),
      )
      assert.deepEqual(sorted(chain.metadata['openid_relying_party']), sorted(same.resolvedLeafMetadata?.openid_relying_party))
    }),
    { numRuns: 50, seed: 7 },
  )
  assert.ok(accepted > 15, `only ${accepted} were accepted`)
})
