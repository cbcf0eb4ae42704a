import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.5',
  level: 'MUST',
  title: 'Claims cannot be requested from UserInfo where no access token is issued',
  needs: ['OpenID', 'implicit', 'claims parameter'],
  async run({ app }) {
    const claims = JSON.stringify({ userinfo: { email: null } })
    redirectedWithError(await app('hybrid').authorize({ response_type: 'id_token', claims }), 'invalid_request')
    redirected(await app('hybrid').authorize({ response_type: 'code', claims }))
  },
})
