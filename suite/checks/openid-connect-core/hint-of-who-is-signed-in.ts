import { check } from '../../src/check.ts'
import { redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'An ID token hint for the signed-in person is accepted',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    const { id_token } = await app().tokens({}, signedIn)
    redirected(await app().authorize({ prompt: 'none', id_token_hint: id_token }, { browser: signedIn }))
  },
})
