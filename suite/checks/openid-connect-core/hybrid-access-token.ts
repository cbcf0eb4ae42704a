import { halfHash } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, granted, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.3.2.5',
  level: 'MUST',
  title: 'A hybrid response with a code, an ID token and an access token has the hashes of both, and all of them work',
  needs: ['OpenID', 'hybrid tokens', 'registration', 'UserInfo'],
  async run({ app, register, userinfo, verify }) {
    const types = { response_types: ['code id_token token'], grant_types: ['authorization_code', 'implicit'] }
    const { reply, registration } = await register(types)
    accepted(reply)
    const client = app().with(registration)
    const asked = client.request({ response_type: 'code id_token token', scope: 'openid' })
    const landing = redirected(await client.authorize(asked.params))
    const { access_token = '', code = '', id_token = '', token_type } = landing.params
    demand(landing.mode === 'fragment', `the response came in the ${landing.mode}`)
    demand(token_type?.toLowerCase() === 'bearer', `token_type is ${token_type}`)
    const { claims, header } = await verify(id_token)
    demand(claims['at_hash'] === halfHash(header.alg, access_token), 'at_hash is not the hash of the access token')
    demand(claims['c_hash'] === halfHash(header.alg, code), 'c_hash is not the hash of the code')
    accepted(await userinfo(access_token))
    granted(await client.redeem({ code, redirectUri: client.redirectUri, verifier: asked.verifier, landing }))
  },
})
