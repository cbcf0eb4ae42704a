import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §2',
  level: 'MUST',
  title: 'Authorization responses contain iss',
  needs: ['code flow', 'issuer identification'],
  async run({ app, target }) {
    const { params } = redirected(await app().authorize())
    demand(params['iss'] === target.issuer, `iss is ${params['iss']}`)
  },
})
