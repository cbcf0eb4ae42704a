import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.1',
  level: 'MUST',
  title: 'An unknown response type is rejected with unsupported_response_type',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    redirectedWithError(await app().authorize({ response_type: 'unheard-of' }), 'unsupported_response_type')
    redirectedWithError(await app().authorize({ response_type: 'CODE' }), 'unsupported_response_type')
  },
})
