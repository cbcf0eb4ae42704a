import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST',
  title: 'A client_id that does not match the ID token hint is rejected',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    const { id_token } = await app('other').tokens({}, signedIn)
    const [post_logout_redirect_uri] = app('other').registration.post_logout_redirect_uris
    const query = { id_token_hint: id_token, client_id: app('web').registration.client_id, post_logout_redirect_uri }
    errorPage(await signedIn.open(withQuery(endpoint('end_session_endpoint'), query)))
    const [uriOfNamed] = app('web').registration.post_logout_redirect_uris
    const crossed = { ...query, post_logout_redirect_uri: uriOfNamed }
    errorPage(await signedIn.open(withQuery(endpoint('end_session_endpoint'), crossed)))
    redirected(await app('other').authorize({ prompt: 'none' }, { browser: signedIn }))
  },
})
