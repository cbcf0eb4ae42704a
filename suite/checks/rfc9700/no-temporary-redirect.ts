import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.12',
  level: 'MUST NOT',
  title: 'A request that may hold a password is never redirected with status 307 or 308',
  needs: ['code flow'],
  async run({ app, exchanges }) {
    arrived(await app().authorize({ prompt: 'consent' }))
    for (const { request, response } of exchanges) {
      const kept = request.method === 'POST' && (response?.status === 307 || response?.status === 308)
      demand(!kept, `POST ${new URL(request.url).pathname} is answered with ${response?.status}`)
    }
  },
})
