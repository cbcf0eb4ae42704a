import { assertion, clientAssertion } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §3',
  level: 'SHOULD',
  title: 'Only one of thirty concurrent requests with the same assertion is accepted',
  needs: ['client credentials', 'private_key_jwt'],
  async run({ app, race, random, target }) {
    const jwt = await clientAssertion(app('jwt').registration, target.issuer, random)
    const nameOnly = app('jwt').with({ token_endpoint_auth_method: 'none' })
    const replies = await race(30, () => nameOnly.token({ grant_type: 'client_credentials', ...assertion(jwt) }))
    const winners = replies.filter(({ status }) => status === 200)
    demand(winners.length === 1, `${winners.length} of 30 requests were accepted`)
    granted(winners[0]!)
  },
})
