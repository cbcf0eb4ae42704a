import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'The token endpoint responds with JSON regardless of the Accept header',
  needs: ['client credentials'],
  async run({ app }) {
    for (const accept of ['text/html', '*/*', 'image/png']) {
      const good = granted(await app('machine').post('token_endpoint', { grant_type: 'client_credentials' }, { accept }))
      const bad = await app('machine').post('token_endpoint', { grant_type: 'unheard-of' }, { accept })
      refused(bad, 'unsupported_grant_type')
      for (const { headers } of [good.reply, bad]) {
        demand(/^application\/json\b/i.test(headers['content-type'] ?? ''), `Accept: ${accept} is answered with ${headers['content-type']}`)
      }
    }
  },
})
