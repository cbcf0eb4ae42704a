import { check } from '../../src/check.ts'
import { arrived, demand, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'REQUIRED',
  title: 'An error brings back the state, and no code',
  needs: ['code flow'],
  async run({ app }) {
    arrived(await app().authorize())
    const { params } = sentBack(await app().authorize({ response_type: 'unheard-of', state: 'a b&c=d' }))
    demand(params['state'] === 'a b&c=d', `got the state ${params['state']}`)
  },
})
