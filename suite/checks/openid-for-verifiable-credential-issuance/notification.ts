import { credentialIssuer } from '../../src/actors/documents.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, denied, json, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §11',
  level: 'MUST',
  title: 'A notification about a credential is accepted, also again; one about an unknown, or without a token, is rejected',
  needs: ['code flow'],
  async run(context) {
    const { notification_endpoint: url } = (await credentialIssuer(context)).members
    const { accessToken, nonce, proof, request } = await wallet(context)
    const { notification_id } = json(accepted(await request([await proof(context.random.key(), await nonce())])))
    if (typeof url !== 'string' || typeof notification_id !== 'string') throw new NotApplicable('there are no notifications')
    const tell = (members: object, authorization: object = { authorization: `Bearer ${accessToken}` }) =>
      context.send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify(members),
      })
    const event = 'credential_accepted'
    accepted(await tell({ notification_id, event, unknown: 1 }))
    accepted(await tell({ notification_id, event }))
    refused(await tell({ notification_id: 'no-such', event }), 'invalid_notification_id')
    for (const wrong of [{ event }, { notification_id }, { notification_id, event: 'no-such' }, [], 'text'])
      refused(await tell(wrong as object), 'invalid_notification_request')
    denied(await tell({ notification_id, event }, {}))
  },
})
