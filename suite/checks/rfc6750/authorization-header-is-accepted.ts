import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6750 §2.1',
  level: 'MUST',
  title: 'The Authorization header is accepted, with "Bearer" in any case',
  needs: ['code flow', 'UserInfo', 'OpenID'],
  async run({ app, endpoint, get }) {
    const { access_token } = await app().tokens()
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      accepted(await get(endpoint('userinfo_endpoint'), { authorization: `${scheme} ${access_token}` }))
    }
  },
})
