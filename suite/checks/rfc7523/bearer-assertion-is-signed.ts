import { asserter } from '../../src/actors/asserter.ts'
import { tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §3',
  level: 'MUST',
  title: 'An assertion about a person that its issuer did not sign is rejected with invalid_grant',
  needs: ['JWT bearer grant'],
  async run(context) {
    const { assertion, present } = asserter(context)
    const good = await assertion()
    const own = { ...context.random.key(), alg: 'ES256' }
    const forged = [
      await assertion({}, { key: own }),
      await assertion({}, { key: own, header: { jwk: own } }),
      tampered(good, { claims: { jti: 'other' } }),
      tampered(good, { header: { alg: 'HS256' } }),
      unsigned(good),
    ]
    for (const text of forged) refused(await present(text), 'invalid_grant')
    granted(await present(good))
  },
})
