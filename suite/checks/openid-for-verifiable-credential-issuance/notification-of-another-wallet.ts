import { credentialIssuer } from '../../src/actors/documents.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, json, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §11.3',
  level: 'MUST',
  title: 'A notification with the notification_id of another person is rejected',
  needs: ['code flow'],
  async run(context) {
    const { notification_endpoint: url } = (await credentialIssuer(context)).members
    const { accessToken, nonce, proof, request } = await wallet(context)
    const { notification_id } = json(accepted(await request([await proof(context.random.key(), await nonce())])))
    if (typeof url !== 'string' || typeof notification_id !== 'string') throw new NotApplicable('there are no notifications')
    const other = await context.app('wallet').tokens({ scope: context.app('wallet').registration.scope }, context.browser('stranger'))
    const tell = (token: string) =>
      context.send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ notification_id, event: 'credential_deleted' }),
      })
    refused(await tell(other.access_token), 'invalid_notification_id')
    accepted(await tell(accessToken))
  },
})
