import { basic } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { active, denied } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 7662 §2.1',
  level: 'MUST',
  title: 'Introspection requires POST',
  needs: ['code flow', 'introspection'],
  async run({ app, forApi, introspect, endpoint, get }) {
    const { access_token: token } = await app().tokens(forApi())
    active(await introspect(token))
    const { client_id, client_secret = '' } = app('api').registration
    denied(await get(withQuery(endpoint('introspection_endpoint'), { token }), { authorization: basic(client_id, client_secret) }))
  },
})
