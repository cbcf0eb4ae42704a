import { challengeOf } from '../../src/actors/application.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §2',
  level: 'SHOULD',
  title: 'A server that verifies code challenges advertises it',
  needs: ['code flow'],
  async run({ app, metadata, random }) {
    if (metadata.list('code_challenge_methods_supported')?.includes('S256')) return
    const code = await app().code({ code_challenge: challengeOf(random.text(32)), code_challenge_method: 'S256' })
    const { status } = await app().redeem(code, { code_verifier: random.text(32) })
    demand(status === 200, 'a wrong code_verifier is refused, yet code_challenge_methods_supported does not list S256')
  },
})
