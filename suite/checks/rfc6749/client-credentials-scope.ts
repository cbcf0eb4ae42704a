import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'An unregistered scope is rejected, or the response states what was granted',
  needs: ['client credentials'],
  async run({ app }) {
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    const reply = await app('machine').token({ grant_type: 'client_credentials', scope: 'no-such-scope' })
    if (reply.status !== 200) refused(reply, 'invalid_scope')
    else demand(!(granted(reply).scope ?? 'no-such-scope').split(' ').includes('no-such-scope'), 'a scope that nobody knows was granted')
  },
})
