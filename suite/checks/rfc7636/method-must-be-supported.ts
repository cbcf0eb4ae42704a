import { check } from '../../src/check.ts'
import { redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7636 §4.4.1',
  level: 'MUST',
  title: 'An unsupported challenge method is rejected with invalid_request',
  needs: ['code flow', 'PKCE'],
  async run({ app, metadata }) {
    await app().code()
    for (const code_challenge_method of ['S512', 's256', 'none']) {
      redirectedWithError(await app().authorize({ code_challenge_method }), 'invalid_request')
    }
    if (metadata.list('code_challenge_methods_supported')?.includes('plain')) return
    redirectedWithError(await app().authorize({ code_challenge_method: 'plain' }), 'invalid_request')
    redirectedWithError(await app().authorize({ code_challenge_method: undefined }), 'invalid_request')
  },
})
