import { tampered, unsigned } from '../../src/actors/jwt.ts'
import { objectType, referenced } from '../../src/actors/referenced.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.2',
  level: 'MUST',
  title: 'A request object at a request_uri that is forged, unsigned, expired, or for another server or client is rejected',
  needs: ['code flow', 'request objects by reference', 'registration'],
  async run(context) {
    const { object, open, serve, uri } = await referenced(context)
    const past = Math.floor(Date.now() / 1000) - 600
    const good = await object()
    const bad = [
      tampered(good, { claims: { state: 'changed' } }),
      unsigned(good),
      await object({}, { claims: { iat: past - 60, exp: past } }),
      await object({}, { claims: { aud: 'https://other.example' } }),
      await object({}, { claims: { client_id: 'other' } }),
    ]
    for (const text of bad) {
      serve({ text, type: objectType })
      notAuthorized(await open(uri))
    }
    serve({ text: await object(), type: objectType })
    redirected(await open(uri))
  },
})
