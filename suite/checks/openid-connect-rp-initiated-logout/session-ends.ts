import { check } from '../../src/check.ts'
import { demand, NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST',
  title: 'Logout ends the session and redirects to the registered URI with state',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    const { id_token } = await app().tokens({}, signedIn)
    const [uri] = app().registration.post_logout_redirect_uris
    if (uri === undefined) throw new NotApplicable('the client "web" has no post_logout_redirect_uris')
    redirected(await app().authorize({ prompt: 'none' }, { browser: signedIn }))
    const query = { id_token_hint: id_token, post_logout_redirect_uri: uri, state: 'a b&c' }
    const { url, params } = redirected(await signedIn.open(withQuery(endpoint('end_session_endpoint'), query)))
    demand(url.href.startsWith(uri), `the browser came to ${url.href}`)
    demand(params['state'] === 'a b&c', `state is ${params['state']}`)
    redirectedWithError(await app().authorize({ prompt: 'none' }, { browser: signedIn }), 'login_required')
  },
})
