import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §8.7.2',
  level: 'REQUIRED',
  title: 'Historical keys come in a signed key set, each public, with a kid and the time at which it expired',
  async run(context) {
    const { id, signed, url } = await superior(context)
    const { claims } = await signed(await context.get(url('historical_keys')), 'jwk-set+jwt')
    demand(claims.iss === id, `iss is ${claims.iss}`)
    demand(Number.isInteger(claims.iat), 'iat is missing')
    const keys = claims['keys'] as { kid?: unknown; exp?: unknown; d?: unknown; k?: unknown }[] | undefined
    demand(Array.isArray(keys), 'keys is no array')
    for (const { kid, exp, d, k } of keys) {
      demand(typeof kid === 'string' && typeof exp === 'number', 'a key has no kid or no exp')
      demand(d === undefined && k === undefined, 'a key is not public')
    }
  },
})
