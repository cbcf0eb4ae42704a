import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'MUST',
  title: 'An unknown response mode is rejected',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    notAuthorized(await app().authorize({ response_mode: 'unheard-of' }))
  },
})
