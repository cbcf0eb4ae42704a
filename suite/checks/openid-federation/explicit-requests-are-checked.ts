import { explicit, refusedByFederation, registerExplicitly } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.2.2',
  level: 'MUST',
  title: 'An explicit registration for another server, that has expired, or of an entity without trust is rejected',
  async run(context) {
    const { registration } = await explicit(context)
    const past = Math.floor(Date.now() / 1000) - 600
    const wrong = [
      { claims: { aud: 'https://other.example' } },
      { claims: { aud: undefined } },
      { claims: { exp: past } },
      { claims: { sub: 'https://other.example' } },
      { claims: { metadata: { federation_entity: {} } } },
      { claims: { authority_hints: ['https://nobody.example'] } },
      { header: { typ: 'JWT' } },
      { key: context.random.key() },
    ]
    for (const altered of wrong) refusedByFederation(await registerExplicitly(context, await registration(altered)))
    refusedByFederation(await registerExplicitly(context, await (await explicit(context, { stranger: true })).registration()))
    for (const [body, type] of [
      [await registration(), 'application/json'],
      ['no.jwt', undefined],
      ['[]', 'application/trust-chain+json'],
    ] as const)
      refusedByFederation(await registerExplicitly(context, body, type))
    accepted(await registerExplicitly(context, await registration()))
  },
})
