import { dpopProof } from '../../src/actors/dpop.ts'
import { check } from '../../src/check.ts'
import { accepted, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7',
  level: 'MUST',
  title: 'A proof at a resource is for this token, this method and this address',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, endpoint, get, random, userinfo }) {
    const url = endpoint('userinfo_endpoint')
    const key = random.key()
    const { access_token: accessToken } = await app().with({ dpop: key }).tokens()
    accepted(await userinfo(accessToken, key))
    const usual = { method: 'GET', url, random, accessToken }
    for (const proof of [
      await dpopProof(key, { ...usual, accessToken: undefined }),
      await dpopProof(key, { ...usual, accessToken: 'another' }),
      await dpopProof(key, { ...usual, method: 'POST' }),
      await dpopProof(key, { ...usual, url: endpoint('token_endpoint') }),
    ]) {
      turnedAway(await get(url, { authorization: `DPoP ${accessToken}`, dpop: proof }))
    }
  },
})
