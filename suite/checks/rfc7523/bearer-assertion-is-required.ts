import { asserter } from '../../src/actors/asserter.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §2.1',
  level: 'REQUIRED',
  title: 'A JWT bearer grant without an assertion is rejected with invalid_request, and one that is no JWT with invalid_grant',
  needs: ['JWT bearer grant'],
  async run(context) {
    const { assertion, present } = asserter(context)
    refused(await present(undefined), 'invalid_request')
    for (const text of ['no.jwt.here', 'text', context.random.text(64)]) refused(await present(text), 'invalid_grant')
    const jwt = await assertion()
    refused(await present(`${jwt} ${jwt}`), 'invalid_grant', 'invalid_request')
    granted(await present(jwt))
  },
})
