import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9068 §2.2',
  level: 'MUST',
  title: 'sub identifies the resource owner, as in the ID token',
  needs: ['OpenID', 'code flow', 'UserInfo'],
  async run({ app, idToken, jwtAccessToken }) {
    const { claims } = await jwtAccessToken()
    demand(claims.sub === (await idToken(await app().tokens())).claims.sub, 'sub is another')
  },
})
