import { toldOfLogout } from '../../src/actors/logout.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Back-Channel Logout §2.2',
  level: 'REQUIRED',
  title: 'The logout token names the session and the person as the ID token does, for a client that needs it',
  needs: ['back-channel logout', 'back-channel sessions', 'OpenID', 'code flow', 'registration'],
  async run(context) {
    const { idToken, token } = await toldOfLogout(context)
    const { claims } = await context.verify(token)
    demand(typeof claims['sid'] === 'string', 'the logout token has no sid')
    demand(claims['sid'] === idToken.claims['sid'], 'sid is not that of the ID token')
    demand(claims.sub === undefined || claims.sub === idToken.claims.sub, 'sub is not that of the ID token')
  },
})
