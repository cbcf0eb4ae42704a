import { dpopProof } from '../../src/actors/dpop.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §11.1',
  level: 'SHOULD',
  title: 'Only one of thirty concurrent requests with the same proof is accepted',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, endpoint, get, race, random }) {
    const url = endpoint('userinfo_endpoint')
    const key = random.key()
    const { access_token: accessToken } = await app().with({ dpop: key }).tokens()
    const headers = { authorization: `DPoP ${accessToken}`, dpop: await dpopProof(key, { method: 'GET', url, random, accessToken }) }
    const winners = (await race(30, () => get(url, headers))).filter(({ status }) => status === 200)
    demand(winners.length === 1, `${winners.length} of 30 requests were accepted`)
    accepted(winners[0]!)
  },
})
