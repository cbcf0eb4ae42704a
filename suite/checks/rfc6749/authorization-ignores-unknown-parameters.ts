import { check } from '../../src/check.ts'
import { redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1',
  level: 'MUST',
  title: 'The authorization endpoint ignores unknown parameters',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize({ 'x-unheard-of': 'value', constructor: 'a', 'a[b]': 'c' }))
  },
})
