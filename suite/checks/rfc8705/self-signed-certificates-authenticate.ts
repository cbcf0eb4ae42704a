import { X509Certificate } from 'node:crypto'
import { check } from '../../src/check.ts'
import { accepted, granted, NotApplicable, refused } from '../../src/expect.ts'
import type { ClientCertificate } from '../../src/http/wire.ts'

export default check({
  clause: 'RFC 8705 §2.2',
  level: 'MUST',
  title: 'A client authenticates with the certificate that it registered; without it, or with another, it does not',
  needs: ['certificate-bound tokens', 'code flow', 'registration'],
  async run({ app, metadata, register, target }) {
    const method = 'self_signed_tls_client_auth'
    if (!metadata.list('token_endpoint_auth_methods_supported')?.includes(method)) throw new NotApplicable(`${method} is not offered`)
    const [own, other] = target.certificates!
    const { publicKey, raw } = new X509Certificate(own.cert)
    const key = { ...publicKey.export({ format: 'jwk' }), kid: 'certificate', use: 'sig', x5c: [raw.toString('base64')] }
    const { reply, registration } = await register({ token_endpoint_auth_method: method, jwks: { keys: [key] } })
    accepted(reply)
    const client = app().with({ ...registration, client_secret: undefined, token_endpoint_auth_method: 'none' })
    const redeem = async (certificate?: ClientCertificate) =>
      (certificate ? client.with({ certificate }) : client).redeem(await client.code({ scope: 'openid' }))
    granted(await redeem(own))
    refused(await redeem(other), 'invalid_client')
    refused(await redeem(), 'invalid_client')
  },
})
