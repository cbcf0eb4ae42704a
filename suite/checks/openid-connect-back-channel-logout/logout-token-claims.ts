import { toldOfLogout } from '../../src/actors/logout.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

export default check({
  clause: 'OpenID Connect Back-Channel Logout §2.4',
  level: 'REQUIRED',
  title: 'The logout token is signed and contains the required claims',
  needs: ['back-channel logout', 'OpenID', 'code flow', 'registration'],
  async run(context) {
    const { clientId, token } = await toldOfLogout(context)
    const { claims } = await context.verify(token)
    const events = claims['events'] as Record<string, unknown> | undefined
    demand(claims.iss === context.target.issuer, `iss is ${claims.iss}`)
    demand([claims.aud].flat().includes(clientId), 'aud does not contain the client')
    demand(Number.isFinite(claims.iat), 'iat is no number')
    demand(Number.isFinite(claims.exp), 'exp is no number')
    demand(typeof claims.jti === 'string' && claims.jti !== '', 'jti is no text')
    demand(typeof events?.[event] === 'object' && events[event] !== null, `events is ${JSON.stringify(events)}`)
    demand(claims.sub !== undefined || claims['sid'] !== undefined, 'there is neither sub nor sid')
  },
})
