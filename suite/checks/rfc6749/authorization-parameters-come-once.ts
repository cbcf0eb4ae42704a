import { check } from '../../src/check.ts'
import { demand, errorPage, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1',
  level: 'MUST NOT',
  title: 'The authorization endpoint rejects repeated parameters',
  needs: ['code flow'],
  async run({ app }) {
    const { client_id } = app().registration
    redirected(await app().authorize())
    notAuthorized(await app().authorize({ scope: ['openid', 'openid'] }))
    notAuthorized(await app().authorize({ response_type: ['code', 'code'] }))
    notAuthorized(await app().authorize({ state: ['one', 'two'] }))
    errorPage(await app().authorize({ client_id: [client_id, client_id] }))
    const uris = [app().redirectUri, 'https://attacker.example/callback']
    for (const redirect_uri of [uris, uris.toReversed()]) {
      const landing = await app().authorize({ redirect_uri })
      notAuthorized(landing)
      demand(landing.at === 'page' || landing.url.host !== 'attacker.example', 'an unregistered redirect URI got the error') // §4.1.2.1
    }
  },
})
