import { backchannelRequest } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1.1',
  level: 'MUST',
  title: 'A signed authentication request is accepted in place of parameters',
  needs: ['backchannel authentication', 'signed backchannel requests'],
  seconds: 60,
  async run(context) {
    const { ask, poll } = context.backchannel('ciba-jwt')
    const asked = await ask(await backchannelRequest(context))
    await asked.answer('allow')
    granted(await poll(asked))
  },
})
