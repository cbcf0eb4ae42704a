import { tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8725 §3.1',
  level: 'MUST',
  title: 'A forged ID token hint is not honored',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    const { id_token = '', access_token } = await app().tokens({}, signedIn)
    redirected(await app().authorize({ prompt: 'none', id_token_hint: id_token }, { browser: signedIn }))
    const forgeries = [unsigned(id_token), tampered(id_token, { claims: { sub: 'somebody-else' } }), access_token, 'not.a.jwt']
    for (const id_token_hint of forgeries) {
      const landing = await app().authorize({ prompt: 'none', id_token_hint }, { browser: signedIn })
      notAuthorized(landing)
    }
  },
})
