import { check } from '../../src/check.ts'
import { demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.1',
  level: 'MUST',
  title: 'The order of the words of a response type does not matter, and a word is not ignored',
  needs: ['OpenID', 'hybrid'],
  async run({ app }) {
    const hybrid = app('hybrid')
    const { params } = redirected(await hybrid.authorize({ response_type: 'id_token code' }))
    demand(params['code'] !== undefined && params['id_token'] !== undefined, 'there is no code, or no ID token')
    redirectedWithError(
      await hybrid.authorize({ response_type: 'code id_token unheard-of' }),
      'unsupported_response_type',
      'invalid_request',
      'unauthorized_client',
    )
  },
})
