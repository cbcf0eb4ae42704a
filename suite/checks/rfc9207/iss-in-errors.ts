import { check } from '../../src/check.ts'
import { demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §2',
  level: 'MUST',
  title: 'Error responses contain iss',
  needs: ['code flow', 'issuer identification'],
  async run({ app, target }) {
    redirected(await app().authorize())
    for (const params of [{ response_type: 'unheard-of' }, { prompt: 'none' }]) {
      const { iss } = redirectedWithError(await app().authorize(params)).params
      demand(iss === target.issuer, `iss is ${iss}`)
    }
  },
})
