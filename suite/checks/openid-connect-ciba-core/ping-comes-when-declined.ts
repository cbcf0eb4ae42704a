import { notification } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §10.2',
  level: 'MUST',
  title: 'A client in ping mode is told to ask when the person declined, and then learns that access was denied',
  needs: ['backchannel authentication', 'ping delivery'],
  seconds: 60,
  async run(context) {
    const { ask, poll } = context.backchannel('ciba-ping')
    const token = context.random.text(24)
    const asked = await ask({ client_notification_token: token })
    accepted(asked.reply)
    await asked.answer('decline')
    const { members } = await notification(context, 'ciba-ping', token)
    demand(members['auth_req_id'] === asked.authReqId, 'the notification is about another auth_req_id')
    refused(await poll(asked), 'access_denied')
  },
})
