import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.12',
  level: 'MUST NOT',
  title: 'Form submissions are never redirected with 307 or 308',
  needs: ['code flow'],
  async run({ app, exchanges }) {
    redirected(await app().authorize({ prompt: 'consent' }))
    for (const { request, response } of exchanges) {
      const kept = request.method === 'POST' && (response?.status === 307 || response?.status === 308)
      demand(!kept, `POST ${new URL(request.url).pathname} is answered with ${response?.status}`)
    }
  },
})
