import { notification } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §11',
  level: 'MUST',
  title: 'A client in push mode gets unauthorized_client from the token endpoint, before and after its tokens were sent',
  needs: ['backchannel authentication', 'push delivery'],
  seconds: 60,
  async run(context) {
    const { ask, poll } = context.backchannel('ciba-push')
    const token = context.random.text(24)
    const asked = await ask({ client_notification_token: token })
    accepted(asked.reply)
    refused(await poll(asked), 'unauthorized_client')
    await asked.answer('allow')
    await notification(context, 'ciba-push', token)
    refused(await poll(asked), 'unauthorized_client')
  },
})
