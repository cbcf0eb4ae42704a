import { check } from '../../src/check.ts'
import { redirected } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST',
  title: 'An ID token hint for another person does not end the session without confirmation',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const [ada, bob] = [browser('owner'), browser('stranger')]
    await app().tokens({}, ada)
    const { id_token } = await app().tokens({}, bob)
    await ada.open(withQuery(endpoint('end_session_endpoint'), { id_token_hint: id_token }), { idle: true })
    redirected(await app().authorize({ prompt: 'none' }, { browser: ada }))
  },
})
