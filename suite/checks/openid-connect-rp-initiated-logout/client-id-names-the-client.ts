import { check } from '../../src/check.ts'
import { demand, NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §3',
  level: 'MUST',
  title: 'A client that names itself by client_id gets the person back with state, after they confirmed the logout',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    redirected(await app().authorize({}, { browser: signedIn }))
    const [post_logout_redirect_uri] = app().registration.post_logout_redirect_uris
    if (post_logout_redirect_uri === undefined) throw new NotApplicable('the client "web" has no post_logout_redirect_uris')
    const query = { client_id: app().registration.client_id, post_logout_redirect_uri, state: 'back' }
    const { params, url } = redirected(await signedIn.open(withQuery(endpoint('end_session_endpoint'), query)))
    demand(url.href.startsWith(post_logout_redirect_uri), `the browser came to ${url.href}`)
    demand(params['state'] === 'back', `state is ${params['state']}`)
    redirectedWithError(await app().authorize({ prompt: 'none' }, { browser: signedIn }), 'login_required')
  },
})
