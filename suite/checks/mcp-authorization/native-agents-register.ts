import { check } from '../../src/check.ts'
import { accepted, redirected } from '../../src/expect.ts'

export default check({
  clause: 'MCP Authorization §5',
  level: 'MUST',
  title: 'An agent on a desktop can register with a loopback redirect URI and get a code on any port',
  needs: ['code flow', 'PKCE', 'registration'],
  async run({ app, register }) {
    const { reply, registration } = await register({
      client_name: 'Agent',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
    })
    accepted(reply)
    const agent = app().with({ ...registration, client_secret: undefined, token_endpoint_auth_method: 'none' })
    redirected(await agent.authorize({ redirect_uri: 'http://127.0.0.1:49152/callback' }))
  },
})
