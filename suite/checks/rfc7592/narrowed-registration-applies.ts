import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.2',
  level: 'MUST',
  title: 'An update replaces the metadata of a client: a redirect URI and a scope that it leaves out no longer work',
  needs: ['code flow', 'refresh tokens', 'registration', 'OpenID', 'offline_access'],
  async run({ app, manage }) {
    const both = ['https://registered.example/callback', 'https://registered.example/other']
    const scope = 'openid email offline_access'
    const client = await manage({ redirect_uris: both, grant_types: ['authorization_code', 'refresh_token'], scope })
    if (client.metadata['scope'] !== scope) throw new NotApplicable('clients cannot register scopes')
    const own = app().with(client.registration)
    redirected(await own.authorize({ redirect_uri: both[1], scope: 'openid email' }))
    const narrowed = { ...client.metadata, redirect_uris: [both[0]], scope: 'openid offline_access' }
    accepted(await client.send('PUT', { body: narrowed }))
    demand((await own.authorize({ redirect_uri: both[1] })).at === 'page', 'the browser was sent to the redirect URI')
    redirectedWithError(await own.authorize({ scope: 'openid email', prompt: 'none' }))
  },
})
