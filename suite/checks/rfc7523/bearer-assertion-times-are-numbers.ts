import { asserter } from '../../src/actors/asserter.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §3',
  level: 'MUST',
  title: 'An assertion about a person whose exp, nbf or iat is no number is rejected with invalid_grant',
  needs: ['JWT bearer grant'],
  async run(context) {
    const { assertion, present } = asserter(context)
    const now = Math.floor(Date.now() / 1000)
    const [past, soon] = [now - 10, now + 60]
    for (const claims of [
      { nbf: String(past) },
      { nbf: 'then' },
      { iat: String(past) },
      { iat: [past] },
      { exp: String(soon) },
      { exp: {} },
    ])
      refused(await present(await assertion(claims)), 'invalid_grant')
    granted(await present(await assertion({ nbf: past, iat: past, exp: soon })))
  },
})
