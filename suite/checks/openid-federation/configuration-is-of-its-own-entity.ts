import { automatic, refusedByFederation } from '../../src/actors/federation.ts'
import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §9',
  level: 'MUST',
  title: 'An entity that publishes the configuration of another is not resolved',
  async run(context) {
    const { signed, url } = await superior(context)
    const { anchor: trust_anchor, chain, id } = await automatic(context)
    const resolve = (sub: string) => context.get(withQuery(url('resolve'), { sub, trust_anchor }))
    const { url: here, publish } = context.listener()
    const path = `/${context.random.text(9)}`
    const [text] = await chain()
    publish(`${path}/.well-known/openid-federation`, { type: 'application/entity-statement+jwt', text: text! })
    refusedByFederation(await resolve(here + path))
    await signed(await resolve(id), 'resolve-response+jwt')
  },
})
