import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §2.3.1',
  level: 'MUST',
  title: 'Client credentials in HTTP Basic are form-encoded',
  needs: ['client credentials'],
  async run({ app, endpoint, post }) {
    const { client_id, client_secret = '' } = app('odd').registration
    granted(await app('odd').token({ grant_type: 'client_credentials' }))
    const unencoded = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
    const reply = await post(endpoint('token_endpoint'), { grant_type: 'client_credentials' }, { authorization: unencoded })
    if (reply.status !== 200) refused(reply, 'invalid_client', 'invalid_request')
  },
})
