import { check } from '../../src/check.ts'
import { accepted, NotApplicable, refused } from '../../src/expect.ts'

const one = { tls_client_auth_subject_dn: 'CN=registered' }

export default check({
  clause: 'RFC 8705 §2.1.2',
  level: 'MUST',
  title: 'A client of tls_client_auth registers exactly one subject of its certificate',
  needs: ['code flow', 'registration'],
  async run({ metadata, register }) {
    const token_endpoint_auth_method = 'tls_client_auth'
    if (!metadata.list('token_endpoint_auth_methods_supported')?.includes(token_endpoint_auth_method))
      throw new NotApplicable(`${token_endpoint_auth_method} is not offered`)
    for (const subjects of [{}, { ...one, tls_client_auth_san_dns: 'registered.example' }])
      refused((await register({ token_endpoint_auth_method, ...subjects })).reply, 'invalid_client_metadata')
    accepted((await register({ token_endpoint_auth_method, ...one })).reply)
  },
})
