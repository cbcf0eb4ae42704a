import { check } from '../../src/check.ts'
import { active } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §2.1',
  level: 'MUST',
  title: 'A wrong token_type_hint does not affect the result',
  needs: ['code flow', 'introspection'],
  async run({ app, forApi, introspect }) {
    const { access_token } = await app().tokens(forApi())
    for (const token_type_hint of ['access_token', 'refresh_token', 'unheard-of'])
      active(await introspect(access_token, { token_type_hint }))
  },
})
