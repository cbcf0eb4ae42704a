import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §10.1.1',
  level: 'MUST',
  title: 'Polling returns authorization_pending, and after the person allowed, tokens with an ID token',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel, idToken, target }) {
    const { app, ask, poll } = backchannel()
    const asked = await ask()
    refused(await poll(asked), 'authorization_pending')
    await asked.answer('allow')
    await asked.interval()
    const tokens = granted(await poll(asked))
    const { claims } = await idToken(tokens)
    demand(claims.iss === target.issuer, 'the ID token is of another issuer')
    demand([claims.aud].flat().includes(app.registration.client_id), 'the ID token is for another client')
  },
})
