import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.1.1.1',
  level: 'MUST',
  title: 'A request object of a relying party without exp or jti, with sub, or with another iss or aud is rejected',
  needs: ['code flow'],
  async run(context) {
    const { id, open, request } = await automatic(context)
    const { issuer } = context.target
    const wrong = [
      { aud: 'https://other.example' },
      { aud: [issuer, 'https://other.example'] },
      { aud: undefined },
      { iss: 'https://other.example' },
      { iss: undefined },
      { client_id: 'https://other.example' },
      { sub: id },
      { jti: undefined },
      { exp: undefined },
      { exp: Math.floor(Date.now() / 1000) - 600 },
    ]
    for (const claims of wrong) notAuthorized(await open((await request({ claims })).url))
    redirected(await open((await request()).url))
  },
})
