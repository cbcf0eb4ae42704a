import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST',
  title: 'Logout without an ID token hint asks for confirmation',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    redirected(await app().authorize({}, { browser: signedIn }))
    const landing = await signedIn.open(endpoint('end_session_endpoint'), { idle: true })
    demand(landing.at === 'page', 'the browser was sent away')
    redirected(await app().authorize({ prompt: 'none' }, { browser: signedIn }))
  },
})
