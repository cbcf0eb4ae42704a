import { createHash, X509Certificate } from 'node:crypto'
import { certificateClient } from '../../src/actors/certificate.ts'
import { decode, isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { active, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8705 §3.1',
  level: 'MUST',
  title: 'A token that is bound to a certificate states its hash in cnf',
  needs: ['certificate-bound tokens', 'code flow', 'introspection', 'two resources'],
  async run(context) {
    const { app, own } = certificateClient(context)
    const { access_token } = await app.tokens(context.forApi())
    const { cnf } = isJwt(access_token) ? decode(access_token).claims : active(await context.introspect(access_token))
    const hash = createHash('sha256').update(new X509Certificate(own.cert).raw).digest('base64url')
    demand((cnf as Record<string, unknown> | undefined)?.['x5t#S256'] === hash, `cnf is ${JSON.stringify(cnf)}`)
  },
})
