import { check } from '../../src/check.ts'
import { accepted, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7.2',
  level: 'MUST',
  title: 'A bound token is refused without a proof, and with that of another key',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, endpoint, get, random, userinfo }) {
    const dpop = random.key()
    const { access_token } = await app().with({ dpop }).tokens()
    accepted(await userinfo(access_token, dpop))
    turnedAway(await userinfo(access_token))
    turnedAway(await userinfo(access_token, random.key()))
    turnedAway(await get(endpoint('userinfo_endpoint'), { authorization: `DPoP ${access_token}` }))
  },
})
