import { backchannelRequest } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1.1',
  level: 'SHOULD NOT',
  title: 'A signed authentication request, which has a jti, cannot be sent twice',
  needs: ['backchannel authentication', 'signed backchannel requests'],
  seconds: 60,
  async run(context) {
    const { ask, request } = context.backchannel('ciba-jwt')
    const signed = await backchannelRequest(context)
    const asked = await ask(signed)
    await asked.answer('decline')
    refused(await request(signed))
  },
})
