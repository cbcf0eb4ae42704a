import { check } from '../../src/check.ts'
import { active, demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.2.1',
  level: 'REQUIRED',
  title: 'The token that a token exchange issues is a token of its own, for the same person, and works',
  needs: ['token exchange', 'introspection', 'two resources'],
  async run({ exchanger, introspect }) {
    const { subject, exchange } = exchanger()
    const { token } = await subject()
    const { access_token } = granted(await exchange(token))
    demand(access_token !== token, 'the answer holds the subject token')
    const [before, now] = [active(await introspect(token)), active(await introspect(access_token))]
    demand(before['sub'] === now['sub'], 'the issued token is for another subject')
  },
})
