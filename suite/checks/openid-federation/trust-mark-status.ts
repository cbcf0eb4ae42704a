import { tampered } from '../../src/actors/jwt.ts'
import { superior } from '../../src/actors/superior.ts'
import { trustMark } from '../../src/actors/trust-mark.ts'
import { check } from '../../src/check.ts'
import { demand, denied } from '../../src/expect.ts'

const type = 'trust-mark-status-response+jwt'

export default check({
  clause: 'OpenID Federation §8.4.2',
  level: 'MUST',
  title: 'The status endpoint says in a signed response that a trust mark is active, and does not say so of a forged one',
  async run(context) {
    const { id, signed, url } = await superior(context)
    const { jwt, subject } = await trustMark(context)
    const ask = (trust_mark: string) => context.post(url('trust_mark_status'), { trust_mark })
    const { claims } = await signed(await ask(jwt), type)
    demand(claims.iss === id, `iss is ${claims.iss}`)
    demand(Number.isInteger(claims.iat), 'iat is missing')
    demand(claims['trust_mark'] === jwt, 'trust_mark is another')
    demand(claims['status'] === 'active', `status is ${claims['status']}`)
    for (const forged of [tampered(jwt, { claims: { sub: `${subject}/other` } }), tampered(jwt, { claims: { jti: 'other' } })]) {
      const reply = await ask(forged)
      if (reply.status >= 400) denied(reply)
      else {
        const { status } = (await signed(reply, type)).claims
        demand(typeof status === 'string' && status !== 'active', `the status of a forged trust mark is ${status}`)
      }
    }
  },
})
