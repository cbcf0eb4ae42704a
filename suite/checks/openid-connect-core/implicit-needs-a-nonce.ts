import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.2.2.1',
  level: 'REQUIRED',
  title: 'An ID token comes from the authorization endpoint only with a nonce',
  needs: ['OpenID', 'implicit'],
  async run({ app }) {
    const hybrid = app('hybrid')
    redirectedWithError(await hybrid.authorize({ response_type: 'id_token', nonce: undefined }), 'invalid_request')
    redirected(await hybrid.authorize({ response_type: 'id_token' }))
  },
})
