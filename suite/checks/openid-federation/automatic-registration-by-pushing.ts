import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { accepted, denied, json, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.1.1.2',
  level: 'MUST',
  title: 'A relying party that nobody registered may push its request with private_key_jwt; with another key, or without trust, it may not',
  needs: ['code flow', 'pushed requests', 'private_key_jwt'],
  async run(context) {
    const { app } = await automatic(context)
    const { private_key } = app.registration
    const forged = app.with({ private_key: { ...context.random.key(), kid: private_key?.['kid'], alg: 'ES256' } })
    denied(await forged.push())
    denied(await (await automatic(context, { stranger: true })).app.push())
    denied(await app.with({ token_endpoint_auth_method: 'none' }).push())
    const { request_uri } = json(accepted(await app.push()))
    redirected(await app.pushed(String(request_uri)))
  },
})
