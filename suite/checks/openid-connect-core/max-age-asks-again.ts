import { check } from '../../src/check.ts'
import { demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'A session older than max_age requires signing in again',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser, idToken }) {
    const signedIn = browser()
    const first = await idToken(await app().tokens({ max_age: '3600' }, signedIn))
    await new Promise((resolve) => setTimeout(resolve, 2100))
    redirectedWithError(await app().authorize({ prompt: 'none', max_age: '1' }, { browser: signedIn }), 'login_required')
    redirected(await app().authorize({ prompt: 'none', max_age: '3600' }, { browser: signedIn }))
    const second = await idToken(await app().tokens({ max_age: '1' }, signedIn))
    demand(Number(second.claims['auth_time']) > Number(first.claims['auth_time']), 'the person was not asked to sign in again')
  },
})
