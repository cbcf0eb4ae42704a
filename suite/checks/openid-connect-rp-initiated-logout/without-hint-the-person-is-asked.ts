import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §2',
  level: 'MUST',
  title: 'Without a hint nobody is signed out before they were asked',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint }) {
    const signedIn = browser()
    arrived(await app().authorize({}, { browser: signedIn }))
    const landing = await signedIn.open(endpoint('end_session_endpoint'), { idle: true })
    demand(landing.at === 'page', 'the browser was sent away')
    arrived(await app().authorize({ prompt: 'none' }, { browser: signedIn }))
  },
})
