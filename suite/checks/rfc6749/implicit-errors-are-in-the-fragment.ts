import { check } from '../../src/check.ts'
import { accepted, demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.2.2.1',
  level: 'MUST',
  title: 'Errors of the implicit grant come in the fragment, with state',
  needs: ['implicit tokens', 'registration', 'OpenID'],
  async run({ app, browser, register }) {
    const { reply, registration } = await register({ response_types: ['id_token token'], grant_types: ['implicit'] })
    accepted(reply)
    const client = app().with(registration)
    const tokens = { response_type: 'id_token token', scope: 'openid' }
    const asked = client.request({ ...tokens, prompt: 'none' }).params
    const { mode, params } = redirectedWithError(await client.authorize(asked), 'login_required')
    demand(mode === 'fragment', `the error came in the ${mode}`)
    demand(params['state'] === asked['state'], 'state is missing or another one')
    const signedIn = browser()
    redirected(await client.authorize(tokens, { browser: signedIn }))
  },
})
