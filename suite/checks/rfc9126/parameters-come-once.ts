import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.1',
  level: 'MUST',
  title: 'A pushed request with a repeated parameter is rejected',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    accepted(await app().push())
    const { redirectUri } = app()
    for (const twice of [
      { redirect_uri: [redirectUri, redirectUri] },
      { redirect_uri: [redirectUri, 'https://attacker.example'] },
      { scope: ['openid', 'email'] },
      { state: ['a', 'b'] },
    ])
      refused(await app().push(twice), 'invalid_request')
  },
})
