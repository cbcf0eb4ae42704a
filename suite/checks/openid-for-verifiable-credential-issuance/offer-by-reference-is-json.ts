import { offered } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §4.1.3',
  level: 'MUST',
  title: 'An offer by reference is of type application/json, and is read without using it up',
  seconds: 90,
  async run(context) {
    const { reply, members } = await offered(context, { by: 'reference' })
    const type = reply?.headers['content-type'] ?? ''
    demand(/^application\/json *(?:;|$)/i.test(type), `the content type is ${type}`)
    const again = await context.get(reply!.exchange.request.url)
    demand(again.body === JSON.stringify(members), 'the second request did not get the offer')
  },
})
