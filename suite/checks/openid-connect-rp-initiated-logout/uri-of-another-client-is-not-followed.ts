import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §3',
  level: 'MUST NOT',
  title: 'Logout does not redirect to a URI registered for another client',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    const { id_token } = await app('other').tokens({}, signedIn)
    const [uri = ''] = app('web').registration.post_logout_redirect_uris
    const query = { id_token_hint: id_token, post_logout_redirect_uri: uri }
    const landing = await signedIn.open(withQuery(endpoint('end_session_endpoint'), query))
    demand(landing.at === 'page', `the browser was sent to ${landing.url.href}`)
  },
})
