import { check } from '../../src/check.ts'
import { accepted, denied, granted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.3',
  level: 'SHOULD NOT',
  title: 'An access token issued to a client for itself is not accepted at UserInfo',
  needs: ['OpenID', 'code flow', 'UserInfo', 'client credentials'],
  async run({ app, userinfo }) {
    const { access_token } = granted(await app('machine').token({ grant_type: 'client_credentials' }))
    denied(await userinfo(access_token))
    accepted(await userinfo((await app().tokens()).access_token))
  },
})
