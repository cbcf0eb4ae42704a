import { halfHash } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.2.2.10',
  level: 'REQUIRED',
  title: 'The ID token that comes with an access token through the browser has its hash in at_hash',
  needs: ['OpenID', 'implicit tokens', 'registration'],
  async run({ app, register, verify }) {
    const { reply, registration } = await register({ response_types: ['id_token token'], grant_types: ['implicit'] })
    accepted(reply)
    const { params } = redirected(await app().with(registration).authorize({ response_type: 'id_token token', scope: 'openid' }))
    const { claims, header } = await verify(params['id_token'] ?? '')
    demand(claims['at_hash'] === halfHash(header.alg, params['access_token'] ?? ''), 'at_hash is not the hash of the access token')
  },
})
