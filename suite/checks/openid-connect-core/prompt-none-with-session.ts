import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'prompt=none returns a code when a session and consent exist',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser, idToken }) {
    const signedIn = browser()
    const first = await idToken(await app().tokens({}, signedIn))
    const landing = redirected(await app().authorize({ prompt: 'none' }, { browser: signedIn, intent: { idle: true } }))
    demand(landing.params['code'], 'there is no code')
    const second = await idToken(await app().tokens({ prompt: 'none' }, signedIn))
    demand(first.claims.sub === second.claims.sub, 'sub is another')
  },
})
