import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.5',
  level: 'MUST',
  title: 'A claims parameter that is not a JSON object is rejected',
  needs: ['OpenID', 'code flow', 'claims parameter'],
  async run({ app }) {
    redirected(await app().authorize({ claims: '{"userinfo":{"email":null}}' }))
    for (const claims of ['{', '[]', '"text"', '{"userinfo":[]}']) redirectedWithError(await app().authorize({ claims }), 'invalid_request')
  },
})
