import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Multiple Response Type Encoding Practices §4',
  level: 'SHOULD NOT',
  title: 'Response type "none" returns state, but neither a code nor a token',
  needs: ['code flow', 'response type none'],
  async run({ app }) {
    const landing = await app('none').authorize({ response_type: 'none', state: 's' })
    const { params } = redirected(landing)
    const tokens = ['code', 'access_token', 'id_token', 'token_type'].filter((name) => name in params)
    demand(tokens.length === 0, `the client got ${tokens.join(', ')}`)
    demand(params['state'] === 's', `state is ${params['state']}`)
  },
})
