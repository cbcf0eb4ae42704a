import { backchannelRequest } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §4',
  level: 'MUST',
  title: 'A client that registered an algorithm for signed authentication requests cannot send unsigned ones',
  needs: ['backchannel authentication', 'signed backchannel requests'],
  seconds: 60,
  async run(context) {
    const { ask, request } = context.backchannel('ciba-jwt')
    refused(await request())
    const asked = await ask(await backchannelRequest(context))
    await asked.answer('decline')
  },
})
