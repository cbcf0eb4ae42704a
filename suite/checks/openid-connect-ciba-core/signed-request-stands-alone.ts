import { backchannelRequest } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1.1',
  level: 'MUST NOT',
  title: 'Parameters beside a signed authentication request are rejected',
  needs: ['backchannel authentication', 'signed backchannel requests'],
  seconds: 60,
  async run(context) {
    const { ask, request } = context.backchannel('ciba-jwt')
    const signed = await backchannelRequest(context)
    refused(await request({ ...signed, login_hint: 'bob' }))
    const asked = await ask(await backchannelRequest(context))
    await asked.answer('decline')
  },
})
