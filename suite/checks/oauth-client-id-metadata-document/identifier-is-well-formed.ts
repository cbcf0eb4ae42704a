import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { demand, errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §3',
  level: 'MUST',
  title: 'An identifier with another scheme, user name, fragment, dot segment or no path is rejected',
  needs: ['code flow', 'client documents'],
  async run(context) {
    const { app, calls } = await documentClient(context)
    const { host, origin } = new URL(app.registration.client_id)
    const malformed = [
      `http://${host}/client.json`,
      `https://user:password@${host}/client.json`,
      `${origin}/client.json#part`,
      `${origin}/x/../client.json`,
      `${origin}/x/%2e%2e/client.json`,
      `${origin}/./client.json`,
      origin,
    ]
    for (const client_id of malformed) errorPage(await app.with({ client_id }).authorize())
    demand(calls().length === 0, `the server fetched ${calls().join(', ')}`)
    redirected(await app.authorize())
  },
})
