import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §2',
  level: 'MUST',
  title: 'The nonce is returned unchanged in the ID token, and only if one was sent',
  needs: ['OpenID', 'code flow'],
  async run({ app, idToken }) {
    for (const nonce of ['n-0S6_WzA2Mj', 'a b+c%20&d="e"', 'x'.repeat(300), undefined]) {
      const { claims } = await idToken(await app().tokens({ nonce }))
      demand(claims['nonce'] === nonce, `sent ${nonce}, got ${claims['nonce']}`)
    }
  },
})
