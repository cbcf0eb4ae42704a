import { certificateClient } from '../../src/actors/certificate.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8705 §3',
  level: 'MUST',
  title: 'A token that is bound to a certificate is rejected without it, or with another',
  needs: ['certificate-bound tokens', 'code flow', 'OpenID', 'UserInfo'],
  async run(context) {
    const { app, other, own, userinfo } = certificateClient(context)
    const { access_token } = await app.tokens()
    accepted(await userinfo(access_token, own))
    for (const certificate of [undefined, other]) {
      const reply = await userinfo(access_token, certificate)
      denied(reply)
      demand(reply.status === 401, `the status is ${reply.status}`)
      demand(/error="invalid_token"/.test(reply.headers['www-authenticate'] ?? ''), 'the challenge does not say invalid_token')
    }
  },
})
