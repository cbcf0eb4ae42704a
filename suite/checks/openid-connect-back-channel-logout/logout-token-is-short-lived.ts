import { toldOfLogout } from '../../src/actors/logout.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Back-Channel Logout §4',
  level: 'SHOULD',
  title: 'The logout token expires soon, after at most two minutes',
  needs: ['back-channel logout', 'OpenID', 'code flow', 'registration'],
  async run(context) {
    const { claims } = await context.verify((await toldOfLogout(context)).token)
    const seconds = Number(claims.exp) - Number(claims.iat)
    demand(seconds > 0 && seconds <= 120, `it lives for ${seconds} seconds`)
  },
})
