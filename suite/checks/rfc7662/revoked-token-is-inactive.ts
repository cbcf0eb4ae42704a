import { check } from '../../src/check.ts'
import { accepted, active, inactive } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §4',
  level: 'MUST',
  title: 'A revoked token is inactive',
  needs: ['code flow', 'introspection', 'revocation'],
  async run({ app, forApi, introspect }) {
    const { access_token: token } = await app().tokens(forApi())
    active(await introspect(token))
    accepted(await app().post('revocation_endpoint', { token }))
    inactive(await introspect(token))
  },
})
