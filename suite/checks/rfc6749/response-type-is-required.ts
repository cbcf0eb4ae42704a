import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.1',
  level: 'MUST',
  title: 'A missing response_type is rejected with invalid_request',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    redirectedWithError(await app().authorize({ response_type: undefined }), 'invalid_request')
  },
})
