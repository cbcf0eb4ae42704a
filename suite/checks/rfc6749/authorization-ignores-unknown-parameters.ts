import { check } from '../../src/check.ts'
import { arrived } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1',
  level: 'MUST',
  title: 'The authorization endpoint ignores parameters that it does not know',
  needs: ['code flow'],
  async run({ app }) {
    arrived(await app().authorize({ 'x-unheard-of': 'value', constructor: 'a', 'a[b]': 'c' }))
  },
})
