import { dpopProof } from '../../src/actors/dpop.ts'
import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7',
  level: 'MUST',
  title: 'Proofs at a resource must match token, method and URL',
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
      denied(await get(url, { authorization: `DPoP ${accessToken}`, dpop: proof }))
    }
  },
})
