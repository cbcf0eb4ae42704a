import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'prompt=none combined with another value is rejected',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    redirected(await app().authorize({}, { browser: signedIn }))
    redirectedWithError(await app().authorize({ prompt: 'none login' }, { browser: signedIn }), 'invalid_request')
    redirectedWithError(await app().authorize({ prompt: 'consent none' }, { browser: signedIn }), 'invalid_request')
  },
})
