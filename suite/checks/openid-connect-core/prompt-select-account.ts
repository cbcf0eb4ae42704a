import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'SHOULD',
  title: 'prompt=select_account asks which account to use despite a session',
  needs: ['OpenID', 'code flow', 'account selection'],
  async run({ app, browser }) {
    const signedIn = browser()
    redirected(await app().authorize({}, { browser: signedIn }))
    redirected(await app().authorize({ prompt: 'none' }, { browser: signedIn }))
    const landing = await app().authorize({ prompt: 'select_account' }, { browser: signedIn, intent: { idle: true } })
    demand(landing.at === 'page', 'the browser came to the client without a question')
  },
})
