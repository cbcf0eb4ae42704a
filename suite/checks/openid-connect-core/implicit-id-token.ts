import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.2.2.5',
  level: 'MUST',
  title: 'The implicit response is in the fragment and has a valid ID token, state, and no code',
  needs: ['OpenID', 'implicit'],
  async run({ app, target, verify }) {
    const hybrid = app('hybrid')
    const asked = hybrid.request({ response_type: 'id_token' })
    const { mode, params } = redirected(await hybrid.authorize(asked.params))
    demand(mode === 'fragment', `the response came in the ${mode}`)
    demand(params['state'] === asked.params['state'], 'state is missing or another one')
    demand(params['code'] === undefined && params['access_token'] === undefined, 'there is a code or an access token')
    const { claims } = await verify(params['id_token'] ?? '')
    demand(claims.iss === target.issuer, 'the ID token is of another issuer')
    demand([claims.aud].flat().includes(hybrid.registration.client_id), 'the ID token is for another client')
    demand(claims['nonce'] === asked.params['nonce'], 'the nonce is another one')
  },
})
