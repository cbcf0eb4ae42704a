import { check } from '../../src/check.ts'
import { demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'REQUIRED',
  title: 'Error responses contain state and no code',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    const { params } = redirectedWithError(await app().authorize({ response_type: 'unheard-of', state: 'a b&c=d' }))
    demand(params['state'] === 'a b&c=d', `got the state ${params['state']}`)
  },
})
