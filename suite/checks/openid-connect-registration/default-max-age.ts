import { check } from '../../src/check.ts'
import { accepted, json, NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'MUST',
  title: 'A session that is older than the default_max_age of the client requires signing in again; max_age overrides it',
  needs: ['OpenID', 'code flow', 'registration'],
  async run({ app, browser, register }) {
    const { reply, registration } = await register({ default_max_age: 1 })
    const told = json(accepted(reply))
    if (told['default_max_age'] === undefined) throw new NotApplicable('default_max_age is not registered') // §3.2 allows that
    const client = app().with(registration)
    const signedIn = browser()
    redirected(await client.authorize({ scope: 'openid' }, { browser: signedIn }))
    await new Promise((resolve) => setTimeout(resolve, 2100))
    redirectedWithError(await client.authorize({ scope: 'openid', prompt: 'none' }, { browser: signedIn }), 'login_required')
    redirected(await client.authorize({ scope: 'openid', prompt: 'none', max_age: '3600' }, { browser: signedIn }))
  },
})
