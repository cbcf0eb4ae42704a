import { tampered } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1',
  level: 'MUST',
  title: 'An ID token that the client was given names the person, and a forged one does not',
  needs: ['backchannel authentication'],
  seconds: 90,
  async run({ backchannel, idToken }) {
    const { ask, poll, request } = backchannel()
    const first = await ask()
    await first.answer('allow')
    const tokens = granted(await poll(first))
    const { claims } = await idToken(tokens)
    const hint = tokens.id_token!
    const forged = tampered(hint, { claims: { sub: 'somebody-else' } })
    refused(await request({ login_hint: undefined, id_token_hint: forged }))
    const second = await ask({ login_hint: undefined, id_token_hint: hint })
    await second.answer('allow')
    const again = await idToken(granted(await poll(second)))
    demand(again.claims.sub === claims.sub, 'the tokens are for somebody else')
  },
})
