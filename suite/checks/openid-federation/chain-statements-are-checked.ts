import { type Altered, signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3',
  level: 'MUST',
  title: 'A trust chain with a statement of another type, about another entity, outside its time or without its claims is rejected',
  needs: ['code flow'],
  seconds: 60,
  async run(context) {
    const now = Math.floor(Date.now() / 1000)
    const wrong: Altered[] = [
      { header: { typ: 'JWT' } },
      { header: { typ: undefined } },
      { header: { kid: undefined } },
      { claims: { exp: now - 600 } },
      { claims: { iat: now + 3600, exp: now + 7200 } },
      { claims: { iat: undefined } },
      { claims: { exp: undefined } },
      { claims: { sub: 'https://other.example' } },
      { claims: { iss: 'https://other.example' } },
      { claims: { jwks: undefined } },
      { claims: { jwks: { keys: [] } } },
    ]
    for (const altered of wrong) {
      notAuthorized(await signIn(context, { statement: altered }))
      notAuthorized(await signIn(context, { configuration: altered }))
    }
    redirected(await signIn(context, {}))
  },
})
