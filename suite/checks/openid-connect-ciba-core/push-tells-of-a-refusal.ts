import { notification } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §12',
  level: 'MUST',
  title: 'A client in push mode is sent access_denied when the person declined',
  needs: ['backchannel authentication', 'push delivery'],
  seconds: 60,
  async run(context) {
    const token = context.random.text(24)
    const asked = await context.backchannel('ciba-push').ask({ client_notification_token: token })
    await asked.answer('decline')
    const { members } = await notification(context, 'ciba-push', token)
    demand(members['auth_req_id'] === asked.authReqId, 'the notification is about another auth_req_id')
    demand(members['error'] === 'access_denied', `the error is ${JSON.stringify(members['error'])}`)
    demand(members['access_token'] === undefined, 'the notification has tokens')
  },
})
