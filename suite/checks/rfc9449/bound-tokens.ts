import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §5',
  level: 'MUST',
  title: 'A token requested with a proof has type DPoP and works with that key',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, random, userinfo }) {
    const dpop = random.key()
    const { access_token, token_type } = await app().with({ dpop }).tokens()
    demand(token_type.toLowerCase() === 'dpop', `the type is ${token_type}`)
    accepted(await userinfo(access_token, dpop))
  },
})
