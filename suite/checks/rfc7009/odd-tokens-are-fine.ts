import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

/** Of characters that a token may have, RFC 6749 §A.12. */
const odd = ['x'.repeat(5000), '%', 'a.b.c', '..', "' OR 1=1 --", '__proto__']

export default check({
  clause: 'RFC 7009 §2.2',
  level: 'MUST',
  title: 'Revoking a token of unusual form or length returns 200, and revokes no other token',
  needs: ['code flow', 'revocation', 'UserInfo', 'OpenID'],
  async run({ app, userinfo }) {
    const { access_token } = await app().tokens()
    for (const token of odd) {
      const { status } = await app().post('revocation_endpoint', { token })
      demand(status === 200, `the status is ${status}`)
    }
    demand((await userinfo(access_token)).status === 200, 'a token that was not named is revoked')
  },
})
