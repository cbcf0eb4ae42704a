import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9068 §2.2.3',
  level: 'SHOULD',
  title: 'Access tokens contain the granted scope',
  needs: ['code flow', 'key set'],
  async run({ jwtAccessToken }) {
    const { claims } = await jwtAccessToken()
    demand(typeof claims['scope'] === 'string' && claims['scope'] !== '', `scope is ${JSON.stringify(claims['scope'])}`)
  },
})
