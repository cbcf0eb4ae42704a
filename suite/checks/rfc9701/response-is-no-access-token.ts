import { check } from '../../src/check.ts'
import { accepted, denied, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9701 §8',
  level: 'MUST',
  title: 'A JWT response is not accepted as a token',
  needs: ['code flow', 'introspection', 'signed introspection', 'UserInfo', 'OpenID'],
  async run({ app, forApi, introspect, userinfo }) {
    const { access_token } = await app().tokens(forApi())
    const { body } = accepted(await introspect(access_token, {}, { accept: 'application/token-introspection+jwt' }))
    denied(await userinfo(body))
    notAuthorized(await app().authorize({ prompt: 'none', id_token_hint: body }))
    accepted(await userinfo((await app().tokens()).access_token))
  },
})
