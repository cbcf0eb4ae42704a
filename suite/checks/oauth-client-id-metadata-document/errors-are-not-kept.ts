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
    let isValid = false
    const { url } = await publish((origin) => {
      const json = { client_id: `${origin}/client.json`, client_name: 'Late', redirect_uris: ['https://late.example/callback'] }
      return { '/client.json': isValid ? { json } : { text: 'not yet' } }
    })
    const registration = { client_id: `${url}/client.json`, redirect_uris: ['https://late.example/callback'], scope: 'openid' }
    const client = app().with({ ...registration, client_secret: undefined, token_endpoint_auth_method: 'none' })
    errorPage(await client.authorize())
    isValid = true
    let landing = await client.authorize()
    for (let tries = 0; landing.at === 'page' && tries < 5; tries++) {
      await wait(5000)
      landing = await client.authorize()
    }
    redirected(landing)
  },
})
