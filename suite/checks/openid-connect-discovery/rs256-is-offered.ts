import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'MUST',
  title: 'RS256 is among the ID token algorithms',
  needs: ['OpenID'],
  async run({ metadata }) {
    demand(metadata.list('id_token_signing_alg_values_supported')?.includes('RS256'), 'it is not')
  },
})
