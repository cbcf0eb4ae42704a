import { automatic, federationRedirect } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { denied, granted, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.1',
  level: 'MUST',
  title: 'A relying party that nobody registered gets no tokens without its keys, whatever authentication its metadata asks for',
  needs: ['code flow'],
  async run(context) {
    const signIn = async (metadata: Readonly<Record<string, string>>) => {
      const { app, open, request } = await automatic(context, { metadata })
      const { url, verifier } = await request()
      return { app, verifier, landing: await open(url) }
    }
    for (const token_endpoint_auth_method of ['none', 'client_secret_basic', 'client_secret_post'] as const) {
      const { app, landing, verifier } = await signIn({ token_endpoint_auth_method })
      const { code } = landing.at === 'client' ? landing.params : {}
      if (landing.at === 'client' && code !== undefined) {
        const keyless = app.with({ token_endpoint_auth_method, client_secret: '' })
        denied(await keyless.redeem({ code, redirectUri: federationRedirect, verifier, landing }))
      } else notAuthorized(landing)
    }
    const { app, landing, verifier } = await signIn({})
    const { params } = redirected(landing)
    const code = { code: params['code']!, redirectUri: federationRedirect, verifier, landing: redirected(landing) }
    granted(await app.redeem(code))
  },
})
