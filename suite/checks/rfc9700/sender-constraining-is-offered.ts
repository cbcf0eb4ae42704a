import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.2.1',
  level: 'SHOULD',
  title: 'Access tokens can be bound to a key or a certificate of the client',
  needs: ['token endpoint'],
  async run({ metadata }) {
    const byKey = (metadata.list('dpop_signing_alg_values_supported') ?? []).length > 0
    const byCertificate = metadata.is('tls_client_certificate_bound_access_tokens') === true
    demand(byKey || byCertificate, 'neither DPoP nor certificate-bound tokens are offered')
  },
})
