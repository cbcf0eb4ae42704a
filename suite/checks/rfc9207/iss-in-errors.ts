import { check } from '../../src/check.ts'
import { arrived, demand, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §2',
  level: 'MUST',
  title: 'The authorization error response names the issuer too',
  needs: ['code flow', 'issuer identification'],
  async run({ app, target }) {
    arrived(await app().authorize())
    for (const params of [{ response_type: 'unheard-of' }, { prompt: 'none' }]) {
      const { iss } = sentBack(await app().authorize(params)).params
      demand(iss === target.issuer, `iss is ${iss}`)
    }
  },
})
