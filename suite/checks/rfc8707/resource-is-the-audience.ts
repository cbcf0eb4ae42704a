import { decode, isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2.2',
  level: 'SHOULD',
  title: 'The audience of a token is exactly the requested resource',
  needs: ['code flow', 'two resources'],
  async run({ app, resources }) {
    for (const { identifier, scope } of resources) {
      const { access_token } = await app().tokens({ resource: identifier, scope })
      if (isJwt(access_token)) demand([decode(access_token).claims.aud].flat().join() === identifier, 'aud is another')
    }
  },
})
