/** Faults of a server that vouches for others in a federation. */
import { after, type Behaviour, both, type Fault, fault, type Request } from './fault.ts'
import { forgiving, of } from './lenient.ts'
import { type Change, publicKey, resignedAt } from './resign.ts'

const federation = of('openid-federation')
const entity = '/.well-known/openid-federation'
const path = (name: string) => `/federation/${name}`

/** Signed with a key that the entity configuration then has. */
const response = (at: string, change: Change): Behaviour =>
  both(
    resignedAt(at, change),
    resignedAt(entity, ({ claims }) => {
      const { keys } = claims['jwks'] as { keys: object[] }
      claims['jwks'] = { keys: [...keys, publicKey] }
    }),
  )

/** Lists every subordinate and marked entity, whatever is asked. */
const unfiltered = (at: string): Behaviour => ({
  request({ path: asked, query }: Request) {
    if (asked !== at) return undefined
    for (const name of ['entity_type', 'intermediate', 'trust_marked', 'sub']) query.delete(name)
    return undefined
  },
})

export const superiorFaults: readonly Fault[] = [
  fault(
    'lists an entity that it does not vouch for',
    federation('subordinates-are-listed'),
    after(path('list'), (answer) => {
      answer.body = answer.body.replace('[', '["https://stranger.example",')
    }),
  ),
  fault('ignores the filters of its list', federation('list-is-filtered'), unfiltered(path('list'))),
  fault(
    'ignores the subject of its list of marked entities',
    federation('trust-marked-entities-are-listed'),
    unfiltered(path('trust-mark-list')),
  ),
  fault(
    'states nothing of the keys of a subordinate',
    federation('subordinate-statement'),
    response(path('fetch'), ({ claims }) => delete claims['jwks']),
  ),
  fault(
    'does not apply policies to what it resolves',
    federation('policy-changes-metadata'),
    response(path('resolve'), ({ claims }) => {
      const { openid_relying_party: told } = claims['metadata'] as { openid_relying_party: Record<string, unknown> }
      told['client_name'] = 'Own name'
    }),
  ),
  fault('resolves every request', federation('resolve-needs-its-parameters'), forgiving(path('resolve'))),
  fault(
    'has authority hints in statements about subordinates',
    federation('subordinate-statement'),
    response(path('fetch'), ({ claims }) => Object.assign(claims, { authority_hints: ['https://anchor.example'] })),
  ),
  fault(
    'answers 400 where it does not know a subordinate',
    federation('unknown-subordinates-have-no-statement'),
    after(path('fetch'), (answer) => {
      if (answer.status === 404) answer.status = 400
    }),
  ),
  fault(
    'has no list endpoint beside its fetch endpoint',
    federation('superiors-have-both-endpoints'),
    resignedAt(entity, ({ claims }) => {
      const { federation_entity: own } = claims['metadata'] as { federation_entity: Record<string, unknown> }
      delete own['federation_list_endpoint']
    }),
  ),
  fault(
    'issues trust marks about itself',
    federation('trust-mark-is-issued'),
    response(path('trust-mark'), ({ claims }) => Object.assign(claims, { sub: claims['iss'] })),
  ),
  fault('has a trust mark for everybody', federation('trust-mark-is-issued'), forgiving(path('trust-mark'))),
  fault(
    'says of every trust mark that it is active',
    federation('trust-mark-status'),
    response(path('trust-mark-status'), ({ claims }) => Object.assign(claims, { status: 'active' })),
  ),
  fault(
    'does not say when old keys expired',
    federation('historical-keys'),
    response('/federation/historical-keys', ({ claims }) => Object.assign(claims, { keys: [{ kid: 'old' }] })),
  ),
]
