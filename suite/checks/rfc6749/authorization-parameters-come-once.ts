import { check } from '../../src/check.ts'
import { errorPage, notAuthorized, redirected } from '../../src/expect.ts'

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
    errorPage(await app().authorize({ redirect_uri: [app().redirectUri, 'https://attacker.example/callback'] }))
  },
})
