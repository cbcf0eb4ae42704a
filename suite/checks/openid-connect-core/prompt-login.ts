import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'SHOULD',
  title: 'prompt=login asks who is signed in to sign in again',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    arrived(await app().authorize({}, { browser: signedIn }))
    const landing = await app().authorize({ prompt: 'login' }, { browser: signedIn, intent: { idle: true } })
    demand(landing.at === 'page', 'the browser came to the client without a question')
    arrived(await app().authorize({ prompt: 'login' }, { browser: signedIn }))
  },
})
