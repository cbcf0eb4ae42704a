import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.1',
  level: 'MUST',
  title: 'The token response must not be cached',
  needs: ['code flow'],
  async run({ app, warn }) {
    const { reply } = await app().tokens()
    demand(/\bno-store\b/.test(reply.headers['cache-control'] ?? ''), 'the answer has no Cache-Control: no-store')
    if (reply.headers['pragma'] !== 'no-cache')
      warn('the answer has no Pragma: no-cache, which the clause asks for, and RFC 9111 §5.4 calls obsolete')
  },
})
