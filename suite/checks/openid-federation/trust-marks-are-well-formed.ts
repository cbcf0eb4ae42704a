import { signed } from '../../src/actors/authenticate.ts'
import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

const trust_mark_type = 'https://nobody.example/has-this'

export default check({
  clause: 'OpenID Federation §3.2',
  level: 'MUST',
  title: 'A relying party whose trust_marks are no list of trust marks, or call one by another type, is rejected',
  needs: ['code flow'],
  async run(context) {
    const [iss, sub] = ['https://issuer.example', 'https://member.example']
    const claims = { iss, sub, trust_mark_type, iat: Math.floor(Date.now() / 1000) }
    const trust_mark = await signed({ ...context.random.key(), kid: 'mark' }, claims, { typ: 'trust-mark+jwt' })
    const shown = (trust_marks: unknown) => signIn(context, { configuration: { claims: { trust_marks } } })
    const wrong = [
      'text',
      {},
      [trust_mark],
      [{ trust_mark }],
      [{ trust_mark_type }],
      [{ trust_mark_type: 'https://nobody.example/other', trust_mark }],
      [{ trust_mark_type, trust_mark: 'no.jwt' }],
      [{ trust_mark_type, trust_mark }, null],
    ]
    for (const marks of wrong) notAuthorized(await shown(marks))
    redirected(await shown([{ trust_mark_type, trust_mark }]))
  },
})
