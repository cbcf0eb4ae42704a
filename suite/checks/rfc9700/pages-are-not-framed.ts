import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.16',
  level: 'MUST',
  title: 'The sign-in page cannot be framed by other sites',
  needs: ['code flow'],
  async run({ app }) {
    const { reply, at } = await app().authorize({}, { intent: { idle: true } })
    demand(at === 'page', 'there is no page')
    const policy = /frame-ancestors([^;]*)/.exec(reply.headers['content-security-policy'] ?? '')?.[1]
    const byPolicy = policy !== undefined && !/\*/.test(policy)
    const byOption = /^(?:deny|sameorigin)$/i.test(reply.headers['x-frame-options'] ?? '')
    demand(byPolicy || byOption, 'there is neither frame-ancestors in its Content-Security-Policy nor X-Frame-Options')
  },
})
