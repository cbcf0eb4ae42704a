import { check } from '../../src/check.ts'
import { active, inactive } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §2.2',
  level: 'MUST',
  title: 'Codes and ID tokens are reported as inactive',
  needs: ['OpenID', 'code flow', 'introspection'],
  async run({ app, forApi, introspect }) {
    const { id_token = '' } = await app().tokens()
    const { code } = await app().code()
    inactive(await introspect(id_token))
    inactive(await introspect(code))
    active(await introspect((await app().tokens(forApi())).access_token))
  },
})
