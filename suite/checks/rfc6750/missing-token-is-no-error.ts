import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6750 §3.1',
  level: 'SHOULD NOT',
  title: 'The challenge for a request without a token contains no error code',
  needs: ['UserInfo'],
  async run({ endpoint, get }) {
    const { headers } = await get(endpoint('userinfo_endpoint'))
    demand(!/\berror=/.test(headers['www-authenticate'] ?? ''), 'the challenge names an error')
  },
})
