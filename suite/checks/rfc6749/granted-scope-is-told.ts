import { check } from '../../src/check.ts'
import { demand, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.3',
  level: 'MUST',
  title: 'An unavailable scope is rejected, or the response states what was granted',
  needs: ['code flow'],
  async run({ app }) {
    const asked = `${app().request().params['scope']} no-such-scope`
    const landing = await app().authorize({ scope: asked })
    if (landing.at === 'client' && landing.params['error'] !== undefined) redirectedWithError(landing, 'invalid_scope')
    else {
      const { scope } = await app().tokens({ scope: asked })
      demand(scope !== undefined, 'less than asked was granted, and the answer has no scope')
      demand(!scope.split(' ').includes('no-such-scope'), 'a scope that nobody knows was granted')
    }
    await app().tokens()
  },
})
