import { tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { arrived, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8725 §3.1',
  level: 'MUST',
  title: 'An ID token hint that the server did not sign does not speak for anybody',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    const { id_token = '', access_token } = await app().tokens({}, signedIn)
    arrived(await app().authorize({ prompt: 'none', id_token_hint: id_token }, { browser: signedIn }))
    const forgeries = [unsigned(id_token), tampered(id_token, { claims: { sub: 'somebody-else' } }), access_token, 'not.a.jwt']
    for (const id_token_hint of forgeries) {
      const landing = await app().authorize({ prompt: 'none', id_token_hint }, { browser: signedIn })
      notAuthorized(landing)
    }
  },
})
