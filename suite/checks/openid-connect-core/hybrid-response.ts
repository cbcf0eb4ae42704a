import { halfHash } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand, granted, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.3.2.11',
  level: 'REQUIRED',
  title: 'The ID token that comes with a code has its nonce, and the hash of the code in c_hash',
  needs: ['OpenID', 'hybrid'],
  async run({ app, verify }) {
    const hybrid = app('hybrid')
    const asked = hybrid.request({ response_type: 'code id_token' })
    const landing = redirected(await hybrid.authorize(asked.params))
    const { code = '', id_token = '' } = landing.params
    demand(landing.mode === 'fragment', `the response came in the ${landing.mode}`)
    const { claims, header } = await verify(id_token)
    demand(claims['nonce'] === asked.params['nonce'], 'the nonce is another one')
    demand(claims['c_hash'] === halfHash(header.alg, code), 'c_hash is not the hash of the code')
    granted(await hybrid.redeem({ code, redirectUri: hybrid.redirectUri, verifier: asked.verifier, landing }))
  },
})
