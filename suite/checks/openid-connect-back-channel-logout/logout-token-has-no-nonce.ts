import { toldOfLogout } from '../../src/actors/logout.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Back-Channel Logout §2.4',
  level: 'MUST NOT',
  title: 'The logout token has no nonce, so that it does not pass as an ID token',
  needs: ['back-channel logout', 'OpenID', 'code flow', 'registration'],
  async run(context) {
    const { claims } = await context.verify((await toldOfLogout(context)).token)
    demand(!('nonce' in claims), 'the logout token has a nonce')
  },
})
