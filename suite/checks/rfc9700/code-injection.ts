import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.5.3',
  level: 'MUST',
  title: 'A code cannot be injected into another session of the same client',
  needs: ['code flow', 'PKCE'],
  async run({ app, browser }) {
    const [victim, attacker] = [await app().code({}, browser('owner')), await app().code({}, browser('stranger'))]
    refused(await app().redeem({ ...attacker, code: victim.code }), 'invalid_grant')
    granted(await app().redeem(await app().code()))
  },
})
