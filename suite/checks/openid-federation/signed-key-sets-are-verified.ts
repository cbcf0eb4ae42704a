import { type Altered, signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §5.2.1',
  level: 'MUST',
  title: 'A signed key set of a relying party that is of another type, issuer or key, or has expired, is rejected',
  needs: ['code flow'],
  async run(context) {
    const now = Math.floor(Date.now() / 1000)
    const wrong: Altered[] = [
      { header: { typ: 'JWT' } },
      { header: { typ: undefined } },
      { header: { kid: undefined } },
      { claims: { iss: 'https://other.example' } },
      { claims: { iss: undefined } },
      { claims: { iat: now - 1200, exp: now - 600 } },
      { claims: { keys: undefined } },
      { key: context.random.key() },
    ]
    for (const keySet of wrong) notAuthorized(await signIn(context, { keySet }))
    redirected(await signIn(context, { keySet: {} }))
    redirected(await signIn(context, { keySet: { claims: { iat: undefined, exp: undefined } } }))
  },
})
