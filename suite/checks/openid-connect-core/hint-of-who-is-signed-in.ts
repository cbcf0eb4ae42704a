import { check } from '../../src/check.ts'
import { arrived } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'An ID token hint of the person who is signed in brings a code',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    const { id_token } = await app().tokens({}, signedIn)
    arrived(await app().authorize({ prompt: 'none', id_token_hint: id_token }, { browser: signedIn }))
  },
})
