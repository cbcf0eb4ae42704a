import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

const asymmetric = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']

export default check({
  clause: 'RFC 9700 §2.5',
  level: 'RECOMMENDED',
  title: 'Clients can authenticate without a shared secret, by a key or a certificate',
  needs: ['token endpoint'],
  async run({ metadata }) {
    const methods = metadata.list('token_endpoint_auth_methods_supported') ?? ['client_secret_basic'] // RFC 8414 §2
    demand(
      methods.some((method) => asymmetric.includes(method)),
      `only ${methods.join(', ')} are offered`,
    )
  },
})
