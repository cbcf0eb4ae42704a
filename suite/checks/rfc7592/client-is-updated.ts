import { check } from '../../src/check.ts'
import { accepted, demand, denied, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.2',
  level: 'MUST',
  title: 'A client can update its metadata, but not its client_id',
  needs: ['registration'],
  async run({ manage }) {
    const client = await manage()
    const redirect_uris = ['https://moved.example/callback']
    const changed = json(accepted(await client.send('PUT', { body: { ...client.metadata, redirect_uris } })))
    demand(JSON.stringify(changed['redirect_uris']) === JSON.stringify(redirect_uris), 'redirect_uris did not change')
    const second = await manage()
    denied(await second.send('PUT', { body: { ...second.metadata, client_id: client.id } }))
  },
})
