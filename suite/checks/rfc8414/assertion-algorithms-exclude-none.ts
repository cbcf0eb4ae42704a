import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §2',
  level: 'MUST NOT',
  title: 'Algorithm "none" is not offered for client assertions',
  async run({ metadata }) {
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      const algs = metadata.list(`${endpoint}_endpoint_auth_signing_alg_values_supported`) ?? []
      demand(!algs.includes('none'), `it is offered at the ${endpoint} endpoint`)
    }
  },
})
