import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

/** §3.2: they are of an entity configuration only. */
const ofConfigurations = ['authority_hints', 'trust_anchor_hints', 'trust_marks', 'trust_mark_issuers', 'trust_mark_owners']

export default check({
  clause: 'OpenID Federation §8.1.2',
  level: 'MUST',
  title: 'The fetch endpoint answers with a signed statement about the subordinate, with its keys and a time at which it expires',
  async run(context) {
    const { id, listed, signed, url } = await superior(context)
    const [sub] = listed(await context.get(url('list')))
    if (sub === undefined) throw new NotApplicable('the server has no subordinates')
    const { claims } = await signed(await context.get(withQuery(url('fetch'), { sub })), 'entity-statement+jwt')
    demand(claims.iss === id && claims.sub === sub, `iss and sub are ${claims.iss} and ${claims.sub}`)
    demand(Number.isInteger(claims.iat) && Number.isInteger(claims.exp), 'iat or exp is missing')
    const { keys } = (claims['jwks'] ?? {}) as { keys?: { kid?: unknown; d?: unknown }[] }
    demand(Array.isArray(keys) && keys.length > 0, 'jwks has no keys')
    demand(
      keys.every(({ kid, d }) => typeof kid === 'string' && d === undefined),
      'a key has no kid, or is private',
    )
    const misplaced = ofConfigurations.filter((name) => name in claims)
    demand(misplaced.length === 0, `the statement has ${misplaced.join(', ')}`)
  },
})
