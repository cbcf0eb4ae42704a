import { explicit, refusedByFederation, registerExplicitly } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.2.2',
  level: 'MUST',
  title: 'An explicit registration whose peer_trust_chain is no trust chain of the server is rejected',
  async run(context) {
    const { chain, registration } = await explicit(context)
    const stranger = await explicit(context, { stranger: true })
    for (const peer_trust_chain of [await chain(), await stranger.chain(), [], ['no.jwt'], 'text'])
      refusedByFederation(await registerExplicitly(context, await registration({ header: { peer_trust_chain } })))
    accepted(await registerExplicitly(context, await registration()))
  },
})
