import { explicit, refusedByFederation, registerExplicitly } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.2.1',
  level: 'MUST',
  title: 'An explicit registration with malformed claims is rejected, and not as a fault of the server',
  async run(context) {
    const { registration } = await explicit(context)
    const wrong = [
      ...['text', {}, [], [7], null].map((authority_hints) => ({ authority_hints })),
      ...['text', {}, [7], [null]].map((trust_marks) => ({ trust_marks })),
      ...['text', [], null, { openid_relying_party: 'text' }].map((metadata) => ({ metadata })),
      ...['text', {}, { keys: 'text' }, { keys: [null] }].map((jwks) => ({ jwks })),
      ...['later', null, {}].map((exp) => ({ exp })),
      { constraints: {} },
      { metadata_policy: {} },
      { crit: ['unheard_of'], unheard_of: 'value' },
    ]
    for (const claims of wrong) refusedByFederation(await registerExplicitly(context, await registration({ claims })))
    accepted(await registerExplicitly(context, await registration()))
  },
})
