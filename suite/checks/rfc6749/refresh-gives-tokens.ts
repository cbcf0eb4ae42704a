import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §6',
  level: 'MUST',
  title: 'A refresh token returns a new access token',
  needs: ['code flow', 'refresh tokens'],
  async run({ app }) {
    const first = await app().offline()
    const second = granted(await app().refresh(first.refresh_token))
    demand(second.access_token !== first.access_token, 'the access token is the same as before')
    demand(/\bno-store\b/.test(second.reply.headers['cache-control'] ?? ''), 'the answer has no Cache-Control: no-store')
  },
})
