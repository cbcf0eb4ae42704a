import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'MUST',
  title: 'A wrong token_type_hint does not prevent revocation',
  needs: ['code flow', 'refresh tokens', 'revocation'],
  async run({ app }) {
    for (const token_type_hint of ['access_token', 'refresh_token', 'unheard-of', '']) {
      const { refresh_token: token } = await app().offline()
      const reply = await app().post('revocation_endpoint', { token, token_type_hint })
      if (reply.status === 400) refused(reply, 'unsupported_token_type')
      else {
        accepted(reply)
        refused(await app().refresh(token), 'invalid_grant')
      }
    }
  },
})
