import { check } from '../../src/check.ts'
import { accepted, demand, denied, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.1',
  level: 'MUST',
  title: 'A registration can be read only with its own registration access token',
  needs: ['registration'],
  async run({ manage, random }) {
    const [client, other] = [await manage(), await manage()]
    demand(json(accepted(await client.send('GET')))['client_id'] === client.id, 'client_id is another')
    for (const token of [null, random.text(32), other.token]) denied(await client.send('GET', { token }))
  },
})
