import { asserter } from '../../src/actors/asserter.ts'
import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §2.1',
  level: 'MUST',
  title: 'An assertion of a trusted issuer about a person is exchanged for an access token',
  needs: ['JWT bearer grant'],
  async run(context) {
    const { assertion, present } = asserter(context)
    granted(await present(await assertion()))
  },
})
