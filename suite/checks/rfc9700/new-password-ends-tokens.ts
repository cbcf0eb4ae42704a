import { check } from '../../src/check.ts'
import { accepted, redirectedWithError, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.14.2',
  level: 'SHOULD',
  title: 'After the password was changed, refresh tokens and sessions from before no longer work',
  needs: ['code flow', 'refresh tokens', 'UserInfo'],
  seconds: 150,
  async run({ administer, app, newcomer, random, userinfo }) {
    const person = await newcomer()
    const signedIn = person.browser()
    const { access_token, refresh_token } = await app().offline({}, signedIn)
    accepted(await userinfo(access_token))
    await administer('setPassword', { ...person, password: random.text(18) })
    refused(await app().refresh(refresh_token), 'invalid_grant')
    redirectedWithError(await app().authorize({ prompt: 'none' }, { browser: signedIn }), 'login_required')
  },
})
