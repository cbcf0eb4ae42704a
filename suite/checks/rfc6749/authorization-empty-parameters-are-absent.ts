import { check } from '../../src/check.ts'
import { arrived, demand, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1',
  level: 'MUST',
  title: 'A parameter without a value counts as left out at the authorization endpoint',
  needs: ['code flow'],
  async run({ app }) {
    const { params } = arrived(await app().authorize({ state: '', max_age: '', prompt: '', login_hint: '', response_mode: '' }))
    demand(!('state' in params), 'the client got a state that it did not send')
    sentBack(await app().authorize({ response_type: '' }), 'invalid_request')
  },
})
