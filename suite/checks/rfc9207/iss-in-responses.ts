import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §2',
  level: 'MUST',
  title: 'The authorization response names the issuer',
  needs: ['code flow', 'issuer identification'],
  async run({ app, target }) {
    const { params } = arrived(await app().authorize())
    demand(params['iss'] === target.issuer, `iss is ${params['iss']}`)
  },
})
