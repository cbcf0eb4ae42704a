import { createHash, X509Certificate } from 'node:crypto'
import { certificateClient } from '../../src/actors/certificate.ts'
import { check } from '../../src/check.ts'
import { active, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8705 §3.2',
  level: 'MUST',
  title: 'Introspection tells an API the hash of the certificate that a token is bound to, and none for a bearer token',
  needs: ['certificate-bound tokens', 'code flow', 'introspection', 'two resources'],
  async run(context) {
    const { app, own } = certificateClient(context)
    const hash = createHash('sha256').update(new X509Certificate(own.cert).raw).digest('base64url')
    const { cnf } = active(await context.introspect((await app.tokens(context.forApi())).access_token))
    demand((cnf as Record<string, unknown> | undefined)?.['x5t#S256'] === hash, `cnf is ${JSON.stringify(cnf)}`)
    const bearer = active(await context.introspect((await context.app().tokens(context.forApi())).access_token))
    demand(bearer['cnf'] === undefined, 'a bearer token has a certificate')
  },
})
