import { check } from '../../src/check.ts'
import { accepted, demand, json, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.2',
  level: 'MUST',
  title: 'An update with invalid metadata is rejected as in a registration, and changes nothing',
  needs: ['registration'],
  async run({ manage }) {
    const client = await manage({ client_name: 'Suite' })
    const update = (members: object) => client.send('PUT', { body: { ...client.metadata, client_id: client.id, ...members } })
    for (const wrong of [
      { client_name: 'Changed', redirect_uris: ['https://registered.example/callback#fragment'] },
      { client_name: 'Changed', redirect_uris: ['javascript:alert(1)'] },
      { client_name: 'Changed', grant_types: ['unheard-of'] },
      { client_name: 'Changed', token_endpoint_auth_method: 'unheard-of' },
    ])
      refused(await update(wrong), 'invalid_client_metadata', 'invalid_redirect_uri')
    const { client_name } = json(accepted(await client.send('GET')))
    demand(client_name === 'Suite', `client_name is ${client_name}`)
    demand(json(accepted(await update({ client_name: 'Changed' })))['client_name'] === 'Changed', 'a valid update changes nothing')
  },
})
