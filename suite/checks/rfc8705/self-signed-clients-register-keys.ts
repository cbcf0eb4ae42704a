import { X509Certificate } from 'node:crypto'
import { check } from '../../src/check.ts'
import { accepted, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8705 §2.2.2',
  level: 'MUST',
  title: 'A client of self_signed_tls_client_auth registers its certificates',
  needs: ['certificate-bound tokens', 'code flow', 'registration'],
  async run({ metadata, register, target }) {
    const token_endpoint_auth_method = 'self_signed_tls_client_auth'
    if (!metadata.list('token_endpoint_auth_methods_supported')?.includes(token_endpoint_auth_method))
      throw new NotApplicable(`${token_endpoint_auth_method} is not offered`)
    refused((await register({ token_endpoint_auth_method })).reply, 'invalid_client_metadata')
    const { publicKey, raw } = new X509Certificate(target.certificates![0].cert)
    const key = { ...publicKey.export({ format: 'jwk' }), kid: 'certificate', use: 'sig', x5c: [raw.toString('base64')] }
    accepted((await register({ token_endpoint_auth_method, jwks: { keys: [key] } })).reply)
  },
})
