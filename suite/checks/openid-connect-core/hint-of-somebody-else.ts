import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST NOT',
  title: 'An ID token hint for another person does not return a code for the current session',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const [ada, bob] = [browser('owner'), browser('stranger')]
    await app().tokens({}, ada)
    const { id_token } = await app().tokens({}, bob)
    redirectedWithError(await app().authorize({ prompt: 'none', id_token_hint: id_token }, { browser: ada }))
    redirected(await app().authorize({ prompt: 'none', id_token_hint: id_token }, { browser: bob }))
  },
})
