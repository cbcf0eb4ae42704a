import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §3',
  level: 'SHOULD',
  title: 'A server that names its issuer in responses says so',
  needs: ['code flow'],
  async run({ app, metadata }) {
    const { params } = arrived(await app().authorize())
    const advertised = metadata.is('authorization_response_iss_parameter_supported') === true
    demand(!('iss' in params) || advertised, 'responses have iss, yet authorization_response_iss_parameter_supported is not true')
  },
})
