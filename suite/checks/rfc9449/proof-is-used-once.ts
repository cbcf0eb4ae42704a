import { dpopProof } from '../../src/actors/dpop.ts'
import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §11.1',
  level: 'SHOULD',
  title: 'A proof can be used only once',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, endpoint, get, random }) {
    const url = endpoint('userinfo_endpoint')
    const key = random.key()
    const { access_token: accessToken } = await app().with({ dpop: key }).tokens()
    const headers = { authorization: `DPoP ${accessToken}`, dpop: await dpopProof(key, { method: 'GET', url, random, accessToken }) }
    accepted(await get(url, headers))
    denied(await get(url, headers))
  },
})
