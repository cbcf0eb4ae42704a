import { check } from '../../src/check.ts'
import { arrived, notAuthorized, refusedOnPage } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1',
  level: 'MUST NOT',
  title: 'A parameter that is sent twice to the authorization endpoint is refused',
  needs: ['code flow'],
  async run({ app }) {
    const { client_id } = app().registration
    arrived(await app().authorize())
    notAuthorized(await app().authorize({ scope: ['openid', 'openid'] }))
    notAuthorized(await app().authorize({ response_type: ['code', 'code'] }))
    notAuthorized(await app().authorize({ state: ['one', 'two'] }))
    refusedOnPage(await app().authorize({ client_id: [client_id, client_id] }))
    refusedOnPage(await app().authorize({ redirect_uri: [app().redirectUri, 'https://attacker.example/callback'] }))
  },
})
