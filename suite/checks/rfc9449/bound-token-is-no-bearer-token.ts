import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7.2',
  level: 'MUST',
  title: 'A DPoP-bound token is rejected without a proof or with another key',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, endpoint, get, random, userinfo }) {
    const dpop = random.key()
    const { access_token } = await app().with({ dpop }).tokens()
    accepted(await userinfo(access_token, dpop))
    denied(await userinfo(access_token))
    denied(await userinfo(access_token, random.key()))
    denied(await get(endpoint('userinfo_endpoint'), { authorization: `DPoP ${access_token}` }))
  },
})
