import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §3',
  level: 'SHOULD',
  title: 'A server that returns iss advertises it',
  needs: ['code flow'],
  async run({ app, metadata }) {
    const { params } = redirected(await app().authorize())
    const advertised = metadata.is('authorization_response_iss_parameter_supported') === true
    demand(!('iss' in params) || advertised, 'responses have iss, yet authorization_response_iss_parameter_supported is not true')
  },
})
