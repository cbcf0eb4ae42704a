import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.1',
  level: 'MUST',
  title: 'A response type that the server does not know is answered with unsupported_response_type',
  needs: ['code flow'],
  async run({ app }) {
    arrived(await app().authorize())
    sentBack(await app().authorize({ response_type: 'unheard-of' }), 'unsupported_response_type')
    sentBack(await app().authorize({ response_type: 'CODE' }), 'unsupported_response_type')
  },
})
