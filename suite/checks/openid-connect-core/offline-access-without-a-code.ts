import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §11',
  level: 'MUST',
  title: 'A request for offline_access is ignored where the response has no code',
  needs: ['OpenID', 'implicit', 'offline_access'],
  async run({ app }) {
    const asked = { response_type: 'id_token', code_challenge: undefined, code_challenge_method: undefined }
    const { params } = redirected(await app('hybrid').authorize({ ...asked, scope: 'openid offline_access' }))
    demand(params['id_token'] !== undefined, 'there is no ID token')
    demand(params['refresh_token'] === undefined, 'there is a refresh token')
  },
})
