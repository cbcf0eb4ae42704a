import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Multiple Response Type Encoding Practices §5',
  level: 'MUST NOT',
  title: 'A response with an ID token is never sent in the query',
  needs: ['OpenID', 'hybrid'],
  async run({ app }) {
    const hybrid = app('hybrid')
    const landing = await hybrid.authorize({ response_type: 'code id_token', response_mode: 'query' })
    demand(!landing.url.searchParams.has('id_token'), 'the ID token is in the query')
    redirected(await hybrid.authorize({ response_type: 'code id_token' }))
  },
})
