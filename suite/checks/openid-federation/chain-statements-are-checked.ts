import { type Altered, automatic, type Membership } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3',
  level: 'MUST',
  title: 'A trust chain with a statement of another type, about another entity, outside its time or without its claims is rejected',
  needs: ['code flow'],
  seconds: 60,
  async run(context) {
    const signIn = async (how: Membership) => {
      const { open, request } = await automatic(context, how)
      return open((await request()).url)
    }
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
      notAuthorized(await signIn({ statement: altered }))
      notAuthorized(await signIn({ configuration: altered }))
    }
    redirected(await signIn({}))
  },
})
