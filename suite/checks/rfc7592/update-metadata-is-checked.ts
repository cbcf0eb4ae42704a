import { refusedOrReplaced } from '../../src/actors/registrar.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.2',
  level: 'MUST',
  title: 'An update with invalid metadata is rejected as in a registration, and changes nothing, or the response tells what replaces it',
  needs: ['registration'],
  async run({ manage }) {
    const client = await manage({ client_name: 'Suite' })
    const update = (members: object) => client.send('PUT', { body: { ...client.metadata, client_id: client.id, ...members } })
    for (const wrong of [
      { redirect_uris: ['https://registered.example/callback#fragment'] },
      { redirect_uris: ['javascript:alert(1)'] },
      { grant_types: ['unheard-of'] },
      { token_endpoint_auth_method: 'unheard-of' },
    ]) {
      const reply = await update({ client_name: 'Wrong', ...wrong })
      refusedOrReplaced(reply, wrong)
      const { client_name } = json(accepted(await client.send('GET')))
      demand(reply.status < 300 || client_name !== 'Wrong', 'a rejected update changed the name')
      const changed = json(accepted(await update({ client_name: 'Changed' })))
      demand(changed['client_name'] === 'Changed', 'a valid update changes nothing')
    }
  },
})
