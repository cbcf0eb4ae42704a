import { check } from '../../src/check.ts'
import { accepted, denied, redirectedWithError, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.14.2',
  level: 'MUST',
  title: 'The tokens and sessions of a suspended person no longer work',
  needs: ['code flow', 'refresh tokens', 'UserInfo'],
  seconds: 150,
  async run({ administer, app, newcomer, userinfo }) {
    const person = await newcomer()
    const signedIn = person.browser()
    const { access_token, refresh_token } = await app().offline({}, signedIn)
    const code = await app().code({}, signedIn)
    accepted(await userinfo(access_token))
    await administer('suspend', person)
    denied(await userinfo(access_token))
    refused(await app().refresh(refresh_token), 'invalid_grant')
    refused(await app().redeem(code), 'invalid_grant')
    redirectedWithError(await app().authorize({ prompt: 'none' }, { browser: signedIn }), 'login_required', 'access_denied')
  },
})
