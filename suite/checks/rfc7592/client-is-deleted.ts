import { check } from '../../src/check.ts'
import { accepted, arrived, demand, refusedOnPage, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.3',
  level: 'MUST',
  title: 'A client that deletes itself is gone',
  needs: ['code flow', 'registration'],
  async run({ app, manage }) {
    const client = await manage()
    arrived(await app().with(client.registration).authorize())
    const { status } = accepted(await client.send('DELETE'))
    demand(status === 204, `the status is ${status}`)
    turnedAway(await client.send('GET'))
    refusedOnPage(await app().with(client.registration).authorize())
  },
})
