import { check } from '../../src/check.ts'
import { arrived, demand, NotApplicable, sentBack } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST',
  title: 'Logout ends the session, and leads on to the registered URI with the state',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    const { id_token } = await app().tokens({}, signedIn)
    const [uri] = app().registration.post_logout_redirect_uris
    if (uri === undefined) throw new NotApplicable('the client "web" has no post_logout_redirect_uris')
    arrived(await app().authorize({ prompt: 'none' }, { browser: signedIn }))
    const query = { id_token_hint: id_token, post_logout_redirect_uri: uri, state: 'a b&c' }
    const { url, params } = arrived(await signedIn.open(withQuery(endpoint('end_session_endpoint'), query)))
    demand(url.href.startsWith(uri), `the browser came to ${url.href}`)
    demand(params['state'] === 'a b&c', `state is ${params['state']}`)
    sentBack(await app().authorize({ prompt: 'none' }, { browser: signedIn }), 'login_required')
  },
})
