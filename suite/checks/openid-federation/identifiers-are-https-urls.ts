import { explicit, refusedByFederation, registerExplicitly } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §1.2',
  level: 'MUST',
  title: 'An entity is not registered by an identifier that is no https URL, or has a query or a fragment',
  async run(context) {
    const register = async (id: string | undefined) => registerExplicitly(context, await (await explicit(context, { id })).registration())
    const id = `https://member.example/${context.random.text(9)}`
    for (const wrong of [`${id}?of=member`, `${id}#member`, id.replace('https', 'http'), id.replace('https', 'ftp')])
      refusedByFederation(await register(wrong))
    accepted(await register(id))
  },
})
