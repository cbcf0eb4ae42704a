import { check } from '../../src/check.ts'
import { demand, granted, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.3.3.6',
  level: 'MUST',
  title: 'In the hybrid flow, both ID tokens have the same iss and sub',
  needs: ['OpenID', 'hybrid'],
  async run({ app, idToken, verify }) {
    const hybrid = app('hybrid')
    const asked = hybrid.request({ response_type: 'code id_token' })
    const landing = redirected(await hybrid.authorize(asked.params))
    const { code = '', id_token = '' } = landing.params
    const front = await verify(id_token)
    const back = await idToken(granted(await hybrid.redeem({ code, redirectUri: hybrid.redirectUri, verifier: asked.verifier, landing })))
    for (const claim of ['iss', 'sub'] as const) demand(front.claims[claim] === back.claims[claim], `${claim} differs`)
  },
})
