import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9068 §2.2.3',
  level: 'SHOULD',
  title: 'A token that was asked for with scopes tells them',
  needs: ['code flow', 'key set'],
  async run({ jwtAccessToken }) {
    const { claims } = await jwtAccessToken()
    demand(typeof claims['scope'] === 'string' && claims['scope'] !== '', `scope is ${JSON.stringify(claims['scope'])}`)
  },
})
