import { check } from '../../src/check.ts'
import { accepted, demand, denied, errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.3',
  level: 'MUST',
  title: 'A deleted client no longer exists',
  needs: ['code flow', 'registration'],
  async run({ app, manage }) {
    const client = await manage()
    redirected(await app().with(client.registration).authorize())
    const { status } = accepted(await client.send('DELETE'))
    demand(status === 204, `the status is ${status}`)
    denied(await client.send('GET'))
    errorPage(await app().with(client.registration).authorize())
  },
})
