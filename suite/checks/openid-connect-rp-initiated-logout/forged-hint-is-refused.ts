import { tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST',
  title: 'An ID token hint that the server did not issue is not honored',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const [uri = ''] = app().registration.post_logout_redirect_uris
    const { id_token = '' } = await app().tokens()
    const forgeries = [
      tampered(id_token, { claims: { aud: 'other' } }),
      tampered(id_token, { header: { kid: 'x' } }),
      unsigned(id_token),
      'not.a.jwt',
    ]
    for (const id_token_hint of forgeries) {
      const query = { id_token_hint, post_logout_redirect_uri: uri }
      const signedIn = browser()
      await app().tokens({}, signedIn)
      const landing = await signedIn.open(withQuery(endpoint('end_session_endpoint'), query))
      demand(landing.at === 'page', 'a forged hint was believed')
    }
    const signedIn = browser()
    const genuine = { id_token_hint: (await app().tokens({}, signedIn)).id_token, post_logout_redirect_uri: uri }
    redirected(await signedIn.open(withQuery(endpoint('end_session_endpoint'), genuine)))
  },
})
