import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.1',
  level: 'MUST',
  title: 'A request without response_type is answered with invalid_request',
  needs: ['code flow'],
  async run({ app }) {
    arrived(await app().authorize())
    sentBack(await app().authorize({ response_type: undefined }), 'invalid_request')
  },
})
