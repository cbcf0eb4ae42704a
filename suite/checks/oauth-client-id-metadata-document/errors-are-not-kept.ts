import { setTimeout as wait } from 'node:timers/promises'
import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §5.2',
  level: 'MUST NOT',
  title: 'A document that was invalid is fetched again within half a minute, and accepted once it is valid',
  needs: ['code flow', 'client documents'],
  seconds: 60,
  async run({ app, publish }) {
    const sink = await publish(() => ({ '/client.json': { text: 'not yet' } }))
    const registration = { client_id: `${sink.url}/client.json`, redirect_uris: ['https://late.example/callback'], scope: 'openid' }
    const client = app().with({ ...registration, client_secret: undefined, token_endpoint_auth_method: 'none' })
    errorPage(await client.authorize())
    const { client_id, redirect_uris } = registration
    sink.publish('/client.json', { json: { client_id, client_name: 'Late', redirect_uris } })
    let landing = await client.authorize()
    for (let tries = 0; landing.at === 'page' && tries < 25; tries++) {
      await wait(1000)
      landing = await client.authorize()
    }
    redirected(landing)
  },
})
