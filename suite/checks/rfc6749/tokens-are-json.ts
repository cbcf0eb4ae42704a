import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.1',
  level: 'MUST',
  title: 'The token response is JSON with token_type and expires_in',
  needs: ['code flow'],
  async run({ app, warn }) {
    const { reply, token_type, expires_in } = await app().tokens()
    demand(/^application\/json\b/i.test(reply.headers['content-type'] ?? ''), `the answer is ${reply.headers['content-type']}`)
    demand(/^(?:bearer|dpop)$/i.test(token_type), `the token type is ${token_type}`)
    if (expires_in === undefined) warn('the answer has no expires_in, which is RECOMMENDED')
    else demand(Number.isInteger(expires_in) && expires_in > 0, `expires_in is ${JSON.stringify(expires_in)}`)
  },
})
