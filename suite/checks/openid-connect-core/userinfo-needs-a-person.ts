import { check } from '../../src/check.ts'
import { accepted, granted, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.3',
  level: 'SHOULD NOT',
  title: 'A token that stands for no person opens no UserInfo',
  needs: ['OpenID', 'code flow', 'UserInfo', 'client credentials'],
  async run({ app, userinfo }) {
    const { access_token } = granted(await app('machine').token({ grant_type: 'client_credentials' }))
    turnedAway(await userinfo(access_token))
    accepted(await userinfo((await app().tokens()).access_token))
  },
})
