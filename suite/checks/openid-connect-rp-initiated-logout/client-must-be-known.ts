import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST NOT',
  title: 'Logout does not redirect anywhere when nothing tells which client asks for it',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    await app().tokens({}, signedIn)
    const [uri] = app().registration.post_logout_redirect_uris
    const landing = await signedIn.open(withQuery(endpoint('end_session_endpoint'), { post_logout_redirect_uri: uri }))
    demand(landing.at === 'page', 'the browser was redirected')
    const { id_token } = await app().tokens({}, signedIn)
    const known = await signedIn.open(
      withQuery(endpoint('end_session_endpoint'), { post_logout_redirect_uri: uri, id_token_hint: id_token }),
    )
    demand(known.at === 'client', 'the browser was not redirected where the client is known')
  },
})
