import { notification } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §10.2',
  level: 'MUST',
  title: 'A client in ping mode is told with its notification token that it may ask, and then gets its tokens',
  needs: ['backchannel authentication', 'ping delivery'],
  seconds: 60,
  async run(context) {
    const { ask, poll } = context.backchannel('ciba-ping')
    const token = context.random.text(24)
    const asked = await ask({ client_notification_token: token })
    await asked.answer('allow')
    const { members } = await notification(context, 'ciba-ping', token)
    demand(members['auth_req_id'] === asked.authReqId, 'the notification is about another auth_req_id')
    demand(members['access_token'] === undefined && members['id_token'] === undefined, 'the notification has tokens')
    granted(await poll(asked))
  },
})
