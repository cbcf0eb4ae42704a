import { notification } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §10.3.1',
  level: 'MUST',
  title: 'A client in push mode is sent its tokens with its notification token, and they work',
  needs: ['backchannel authentication', 'push delivery'],
  seconds: 60,
  async run(context) {
    const { backchannel, random, userinfo } = context
    const token = random.text(24)
    const asked = await backchannel('ciba-push').ask({ client_notification_token: token })
    await asked.answer('allow')
    const { members } = await notification(context, 'ciba-push', token)
    const { auth_req_id, access_token, token_type, id_token } = members
    demand(auth_req_id === asked.authReqId, 'the notification is about another auth_req_id')
    demand(typeof access_token === 'string' && typeof token_type === 'string', 'there is no access token')
    demand(typeof id_token === 'string', 'there is no ID token')
    accepted(await userinfo(access_token))
  },
})
