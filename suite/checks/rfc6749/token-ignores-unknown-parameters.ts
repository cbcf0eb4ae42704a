import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.2',
  level: 'MUST',
  title: 'The token endpoint ignores unknown parameters',
  needs: ['code flow'],
  async run({ app }) {
    granted(await app().redeem(await app().code(), { 'x-unheard-of': 'value', constructor: 'a', __proto__x: 'b' }))
  },
})
