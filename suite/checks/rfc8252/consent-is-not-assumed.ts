import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8252 §8.6',
  level: 'SHOULD NOT',
  title: 'A native app, which another app can pretend to be, gets no code without the person, although it got one before',
  needs: ['code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    redirected(await app('native').authorize({}, { browser: signedIn }))
    const landing = await app('native').authorize({}, { browser: signedIn, intent: { idle: true } })
    demand(landing.at === 'page', 'the app got a code at once')
  },
})
