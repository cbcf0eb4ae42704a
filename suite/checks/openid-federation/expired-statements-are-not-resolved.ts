import { type Altered, automatic, type Membership, refusedByFederation } from '../../src/actors/federation.ts'
import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §10.4',
  level: 'MUST',
  title: 'An entity with an expired statement is not resolved, and what is resolved expires with the first of its statements',
  async run(context) {
    const { signed, url } = await superior(context)
    const now = Math.floor(Date.now() / 1000)
    const until = (exp: number): Altered => ({ claims: { iat: now - 1200, exp } })
    const resolve = async (how: Membership) => {
      const { anchor, id } = await automatic(context, how)
      return context.get(withQuery(url('resolve'), { sub: id, trust_anchor: anchor }))
    }
    const past = until(now - 600)
    for (const how of [{ configuration: past }, { statement: past }, { intermediate: past }]) refusedByFederation(await resolve(how))
    const soon = now + 1200
    const { claims } = await signed(await resolve({ statement: until(soon) }), 'resolve-response+jwt')
    demand(Number(claims.exp) <= soon, `exp is ${claims.exp}, and a statement expires at ${soon}`)
  },
})
