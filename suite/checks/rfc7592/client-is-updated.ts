import { check } from '../../src/check.ts'
import { accepted, demand, json, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.2',
  level: 'MUST',
  title: 'A client changes its registration, but not whose it is',
  needs: ['registration'],
  async run({ manage }) {
    const client = await manage()
    const redirect_uris = ['https://moved.example/callback']
    const changed = json(accepted(await client.send('PUT', { body: { ...client.metadata, redirect_uris } })))
    demand(JSON.stringify(changed['redirect_uris']) === JSON.stringify(redirect_uris), 'redirect_uris did not change')
    const second = await manage()
    turnedAway(await second.send('PUT', { body: { ...second.metadata, client_id: client.id } }))
  },
})
