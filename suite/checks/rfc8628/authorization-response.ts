import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.2',
  level: 'REQUIRED',
  title: 'The device authorization response contains all required members',
  needs: ['device flow'],
  async run({ device }) {
    const { reply } = await device().begin()
    const { device_code, user_code, verification_uri, expires_in, interval } = json(accepted(reply))
    for (const [name, value] of Object.entries({ device_code, user_code, verification_uri })) {
      demand(typeof value === 'string' && value !== '', `${name} is ${JSON.stringify(value)}`)
    }
    demand(Number.isInteger(expires_in) && Number(expires_in) > 0, `expires_in is ${expires_in}`)
    demand(interval === undefined || Number(interval) > 0, `interval is ${interval}`)
    demand(/\bno-store\b/.test(reply.headers['cache-control'] ?? ''), 'the answer may be stored')
  },
})
