import { check } from '../../src/check.ts'
import { accepted, demand, json, refused } from '../../src/expect.ts'

const chosen = {
  client_secret: 'chosen-by-the-client-7f3Kq9ZtB2xW5vLm',
  registration_access_token: 'chosen-by-the-client-5vLm8Kq2',
  client_id_issued_at: 1,
}

export default check({
  clause: 'RFC 7592 §2.2',
  level: 'MUST NOT',
  title: 'An update that chooses the secret, or what the server alone sets, is rejected or does not change that',
  needs: ['registration'],
  async run({ manage }) {
    const client = await manage()
    const update = (members: object) => client.send('PUT', { body: { ...client.metadata, client_id: client.id, ...members } })
    for (const [name, value] of Object.entries(chosen)) {
      const reply = await update({ [name]: value })
      if (reply.status >= 300) refused(reply)
      else demand(json(reply)['client_id'] === client.id, 'the answer to the update is not the registration of the client')
      const told = json(accepted(await client.send('GET')))
      demand(told[name] !== value, `${name} is what the client chose`)
    }
    accepted(await update({}))
  },
})
