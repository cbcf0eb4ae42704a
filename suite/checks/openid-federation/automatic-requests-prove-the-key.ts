import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.1.1',
  level: 'MUST',
  title: 'An authentication request that does not prove possession of a key of the relying party is rejected',
  needs: ['code flow'],
  async run(context) {
    const { app, open, request } = await automatic(context)
    notAuthorized(await app.authorize())
    const { private_key } = app.registration
    const forged = app.with({ private_key: { ...context.random.key(), kid: private_key?.['kid'], alg: 'ES256' } })
    notAuthorized(await forged.authorize(await forged.signedRequest()))
    redirected(await open((await request()).url))
    notAuthorized(await app.authorize())
    notAuthorized(await forged.authorize(await forged.signedRequest()))
  },
})
