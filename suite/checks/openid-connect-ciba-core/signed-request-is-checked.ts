import { type Altered, backchannelRequest } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.2',
  level: 'MUST',
  title: 'A signed authentication request with missing, wrong or expired claims is rejected',
  needs: ['backchannel authentication', 'signed backchannel requests'],
  seconds: 60,
  async run(context) {
    const { ask, request } = context.backchannel('ciba-jwt')
    const now = Math.floor(Date.now() / 1000)
    const wrong: Altered[] = [
      { claims: { iss: undefined } },
      { claims: { iss: 'somebody-else' } },
      { claims: { aud: undefined } },
      { claims: { aud: 'https://somebody-else.example' } },
      { claims: { exp: undefined } },
      { claims: { exp: now - 600, iat: now - 1200, nbf: now - 1200 } },
      { claims: { nbf: now + 600, exp: now + 900 } },
      { claims: { iat: undefined } },
      { claims: { nbf: undefined } },
      { claims: { jti: undefined } },
      { claims: { scope: undefined } },
      { claims: { login_hint: undefined } },
      { key: context.random.key() },
    ]
    for (const altered of wrong) refused(await request(await backchannelRequest(context, altered)))
    const asked = await ask(await backchannelRequest(context))
    await asked.answer('decline')
  },
})
