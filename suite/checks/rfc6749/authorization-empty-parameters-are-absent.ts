import { check } from '../../src/check.ts'
import { demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1',
  level: 'MUST',
  title: 'The authorization endpoint treats parameters without a value as omitted',
  needs: ['code flow'],
  async run({ app }) {
    const { params } = redirected(await app().authorize({ state: '', max_age: '', prompt: '', login_hint: '', response_mode: '' }))
    demand(!('state' in params), 'the client got a state that it did not send')
    redirectedWithError(await app().authorize({ response_type: '' }), 'invalid_request')
  },
})
