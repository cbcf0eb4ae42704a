import { dpopProof } from '../../src/actors/dpop.ts'
import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 9449 §4.3',
  level: 'MUST',
  title: 'htu is compared without query and fragment',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, endpoint, get, random }) {
    const url = endpoint('userinfo_endpoint')
    const key = random.key()
    const { access_token: accessToken } = await app().with({ dpop: key }).tokens()
    const proof = await dpopProof(key, { method: 'GET', url, random, accessToken })
    accepted(await get(withQuery(url, { a: '1' }), { authorization: `DPoP ${accessToken}`, dpop: proof }))
  },
})
