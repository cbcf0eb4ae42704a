import { check } from '../../src/check.ts'
import { accepted, active, demand, inactive } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §2.2',
  level: 'SHOULD NOT',
  title: 'The response for an inactive token has no other members',
  needs: ['code flow', 'introspection', 'revocation'],
  async run({ app, forApi, introspect }) {
    const { access_token: token } = await app().tokens(forApi())
    active(await introspect(token))
    accepted(await app().post('revocation_endpoint', { token }))
    const told = Object.keys(inactive(await introspect(token))).filter((name) => name !== 'active')
    demand(told.length === 0, `there is ${told.join(', ')}`)
  },
})
