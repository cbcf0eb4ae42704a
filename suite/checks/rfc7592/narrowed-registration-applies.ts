import { check } from '../../src/check.ts'
import { accepted, demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.2',
  level: 'MUST',
  title: 'An update replaces the metadata of a client: a redirect URI that it leaves out no longer works, nor does a scope',
  needs: ['code flow', 'refresh tokens', 'registration', 'OpenID', 'offline_access'],
  async run({ app, manage, register }) {
    const both = ['https://registered.example/callback', 'https://registered.example/other']
    const scope = 'openid email offline_access'
    const all = { redirect_uris: both, grant_types: ['authorization_code', 'refresh_token'] }
    const scoped = (await register({ ...all, scope })).registration.scope === scope // not every server lets clients register scopes
    const client = await manage({ ...all, ...(scoped ? { scope } : {}) })
    const own = app().with(client.registration)
    redirected(await own.authorize({ redirect_uri: both[1], scope: 'openid email' }))
    const narrowed = { ...client.metadata, redirect_uris: [both[0]], ...(scoped ? { scope: 'openid offline_access' } : {}) }
    accepted(await client.send('PUT', { body: narrowed }))
    demand((await own.authorize({ redirect_uri: both[1], scope: 'openid' })).at === 'page', 'the browser was sent to the redirect URI')
    if (scoped) redirectedWithError(await own.authorize({ scope: 'openid email', prompt: 'none' }))
  },
})
