import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9068 §2.2',
  level: 'MUST',
  title: 'Access tokens have unique jti values',
  needs: ['code flow', 'key set'],
  async run({ jwtAccessToken }) {
    const [one, other] = [await jwtAccessToken(), await jwtAccessToken()]
    demand(one.claims.jti !== other.claims.jti, 'they have')
  },
})
