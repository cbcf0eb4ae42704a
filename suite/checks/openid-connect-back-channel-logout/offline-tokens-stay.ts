import { check } from '../../src/check.ts'
import { granted, redirected } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect Back-Channel Logout §2.7',
  level: 'SHOULD NOT',
  title: 'A refresh token for offline_access outlives the session',
  needs: ['back-channel logout', 'OpenID', 'code flow', 'offline_access', 'refresh tokens'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    redirected(await app().authorize({}, { browser: signedIn }))
    const { id_token, refresh_token } = await app().offline({}, signedIn)
    redirected(await app().authorize({ prompt: 'none' }, { browser: signedIn }))
    await signedIn.open(withQuery(endpoint('end_session_endpoint'), { id_token_hint: id_token }))
    granted(await app().refresh(refresh_token))
  },
})
