import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.3.3',
  level: 'MUST',
  title: 'The token response contains an ID token and the Bearer type, and must not be stored',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    const { id_token, token_type, reply } = await app().tokens()
    demand(typeof id_token === 'string', 'there is no id_token')
    demand(token_type.toLowerCase() === 'bearer', `the type is ${token_type}`)
    demand(/\bno-store\b/.test(reply.headers['cache-control'] ?? ''), 'there is no Cache-Control: no-store')
  },
})
