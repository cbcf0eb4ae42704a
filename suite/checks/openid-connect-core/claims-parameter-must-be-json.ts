import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.5',
  level: 'MUST',
  title: 'A claims parameter that is no JSON object is refused',
  needs: ['OpenID', 'code flow', 'claims parameter'],
  async run({ app }) {
    arrived(await app().authorize({ claims: '{"userinfo":{"email":null}}' }))
    for (const claims of ['{', '[]', '"text"', '{"userinfo":[]}']) sentBack(await app().authorize({ claims }), 'invalid_request')
  },
})
