import { refusedByFederation } from '../../src/actors/federation.ts'
import { superior } from '../../src/actors/superior.ts'
import { trustMark } from '../../src/actors/trust-mark.ts'
import { check } from '../../src/check.ts'
import { demand, json } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §8.6.2',
  level: 'MUST',
  title: 'The trust mark endpoint answers with the signed trust mark of an entity, and with not_found for one that has none',
  async run(context) {
    const { id, url } = await superior(context)
    const { mark, subject, type } = await trustMark(context)
    const { iss, sub, iat, trust_mark_type: told } = mark.claims
    demand(iss === id && sub === subject && told === type, `iss, sub and trust_mark_type are ${iss}, ${sub} and ${told}`)
    demand(Number.isInteger(iat), 'iat is missing')
    const others = [
      { trust_mark_type: type, sub: `https://${context.random.text(6).toLowerCase()}.example` },
      { trust_mark_type: 'https://nobody.example/has-this', sub: subject },
    ]
    for (const params of others) {
      const reply = await context.get(withQuery(url('trust_mark'), params))
      refusedByFederation(reply)
      demand(json(reply)['error'] === 'not_found', `expected not_found, got ${json(reply)['error']}`)
    }
  },
})
