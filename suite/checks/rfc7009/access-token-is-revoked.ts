import { check } from '../../src/check.ts'
import { accepted, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2',
  level: 'SHOULD',
  title: 'A revoked access token no longer works',
  needs: ['code flow', 'revocation', 'UserInfo'],
  async run({ app, userinfo }) {
    const { access_token } = await app().tokens()
    accepted(await userinfo(access_token))
    accepted(await app().post('revocation_endpoint', { token: access_token }))
    turnedAway(await userinfo(access_token))
  },
})
