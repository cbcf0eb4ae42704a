import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §2',
  level: 'MUST',
  title: 'An endpoint where clients authenticate with assertions tells the algorithms for these',
  async run({ metadata }) {
    const endpoints = ['token', 'revocation', 'introspection'].filter((name) =>
      metadata.list(`${name}_endpoint_auth_methods_supported`)?.some((method) => /^(?:private_key|client_secret)_jwt$/.test(method)),
    )
    if (endpoints.length === 0) throw new NotApplicable('no endpoint takes assertions')
    for (const name of endpoints) {
      const algs = metadata.list(`${name}_endpoint_auth_signing_alg_values_supported`)
      demand(algs !== undefined && algs.length > 0, `${name}_endpoint_auth_signing_alg_values_supported is missing`)
    }
  },
})
