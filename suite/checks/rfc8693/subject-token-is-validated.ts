import { isJwt, tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.1',
  level: 'MUST',
  title: 'A forged or unknown subject token is rejected',
  needs: ['token exchange'],
  async run({ exchanger }) {
    const { subject, exchange } = exchanger()
    const { token } = await subject()
    const forged = isJwt(token) ? [tampered(token, { claims: { sub: 'somebody-else' } }), unsigned(token)] : [`${token}x`]
    for (const other of ['unheard-of', ...forged]) refused(await exchange(other), 'invalid_request')
    granted(await exchange(token))
  },
})
