import { check } from '../../src/check.ts'
import { accepted, demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.2.2',
  level: 'REQUIRED',
  title: 'The implicit grant returns an access token with its type and state in the fragment, and no refresh token',
  needs: ['implicit tokens', 'registration', 'UserInfo'],
  async run({ app, register, userinfo }) {
    const { reply, registration } = await register({ response_types: ['id_token token'], grant_types: ['implicit'] })
    accepted(reply)
    const client = app().with(registration)
    const asked = client.request({ response_type: 'id_token token', scope: 'openid' }).params
    const { mode, params } = redirected(await client.authorize(asked))
    demand(mode === 'fragment', `the response came in the ${mode}`)
    demand(params['token_type']?.toLowerCase() === 'bearer', `token_type is ${params['token_type']}`)
    demand(params['state'] === asked['state'], 'state is missing or another one')
    demand(params['refresh_token'] === undefined && params['code'] === undefined, 'there is a refresh token or a code')
    accepted(await userinfo(params['access_token'] ?? ''))
  },
})
