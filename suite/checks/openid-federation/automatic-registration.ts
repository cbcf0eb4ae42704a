import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { demand, granted, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.1',
  level: 'MUST',
  title: 'A relying party below a trust anchor signs people in without a registration, with its entity identifier as client_id',
  needs: ['code flow'],
  async run(context) {
    const { id, open, redeem, request } = await automatic(context)
    const { url, verifier } = await request()
    const { claims } = await context.idToken(granted(await redeem(redirected(await open(url)), verifier)))
    demand([claims.aud].flat().join() === id, `the ID token is for ${claims.aud}`)
  },
})
