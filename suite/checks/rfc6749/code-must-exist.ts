import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'An unknown code is rejected',
  needs: ['code flow'],
  async run({ app, random }) {
    const code = await app().code()
    const at = code.code.length >> 1
    const other = code.code[at] === 'A' ? 'B' : 'A'
    refused(await app().redeem({ ...code, code: random.text(32) }), 'invalid_grant')
    refused(await app().redeem({ ...code, code: code.code.slice(0, at) + other + code.code.slice(at + 1) }), 'invalid_grant')
    granted(await app().redeem(code))
  },
})
