import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §3',
  level: 'MUST NOT',
  title: 'Logout does not redirect to an unregistered URI',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const [uri = ''] = app().registration.post_logout_redirect_uris
    for (const other of ['https://attacker.example/', `${uri}/`, `${uri}?x=1`, `${uri}.attacker.example`, 'javascript:alert(1)']) {
      const signedIn = browser()
      const { id_token } = await app().tokens({}, signedIn)
      const query = { id_token_hint: id_token, post_logout_redirect_uri: other }
      const landing = await signedIn.open(withQuery(endpoint('end_session_endpoint'), query))
      demand(landing.at === 'page', `the browser was sent to ${landing.url.href}`)
    }
  },
})
