import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST',
  title: 'The logout endpoint accepts POST requests',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    const { id_token = '' } = await app().tokens({}, signedIn)
    const [uri = ''] = app().registration.post_logout_redirect_uris
    const fields = [['id_token_hint', id_token] as const, ['post_logout_redirect_uri', uri] as const]
    redirected(await signedIn.follow({ method: 'POST', url: endpoint('end_session_endpoint'), fields }))
    redirectedWithError(await app().authorize({ prompt: 'none' }, { browser: signedIn }), 'login_required')
  },
})
