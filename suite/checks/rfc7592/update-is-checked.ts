import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.2',
  level: 'MUST NOT',
  title: 'An update cannot choose the secret, nor contain what the server alone sets',
  needs: ['registration'],
  async run({ manage }) {
    const client = await manage()
    const update = (members: object) => client.send('PUT', { body: { ...client.metadata, client_id: client.id, ...members } })
    refused(await update({ client_secret: 'chosen-by-the-client-7f3Kq9ZtB2xW5vLm' }))
    refused(await update({ registration_access_token: client.token }))
    refused(await update({ client_id_issued_at: 1 }))
    accepted(await update({}))
  },
})
