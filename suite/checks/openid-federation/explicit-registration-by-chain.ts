import { explicit, refusedByFederation, registerExplicitly } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.2.1',
  level: 'MUST',
  title: 'A relying party registers explicitly with its whole trust chain, which is verified',
  async run(context) {
    const type = 'application/trust-chain+json'
    const good = await explicit(context)
    const [, ...above] = await good.chain()
    const stranger = await explicit(context, { stranger: true })
    const [, ...unknown] = await stranger.chain()
    refusedByFederation(await registerExplicitly(context, JSON.stringify([await stranger.registration(), ...unknown]), type))
    refusedByFederation(await registerExplicitly(context, JSON.stringify([await stranger.registration(), ...above]), type))
    accepted(await registerExplicitly(context, JSON.stringify([await good.registration(), ...above]), type))
  },
})
