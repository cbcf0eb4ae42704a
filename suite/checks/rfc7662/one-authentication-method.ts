import { check } from '../../src/check.ts'
import { active, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §2.1',
  level: 'MUST',
  title: 'Introspection with two sets of credentials at once is rejected',
  needs: ['code flow', 'introspection'],
  async run({ app, forApi, introspect }) {
    const { access_token } = await app().tokens(forApi())
    const { client_id, client_secret } = app('api').registration
    denied(await introspect(access_token, { client_id, client_secret }))
    active(await introspect(access_token))
  },
})
