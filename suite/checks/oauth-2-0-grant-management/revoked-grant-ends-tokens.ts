import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, denied, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §6.5',
  level: 'MUST',
  title: 'Revoking a grant revokes its refresh tokens, and the grant is gone',
  needs: ['code flow', 'grant management', 'refresh tokens'],
  async run(context) {
    const { app, userinfo } = context
    const { grant, send } = grantManager(context)
    const scope = 'openid offline_access grant_management_query grant_management_revoke'
    const { id, tokens } = await grant({ scope, prompt: 'consent' })
    const other = await grant()
    const { access_token, refresh_token } = granted(await app('manager').refresh(tokens.refresh_token ?? ''))
    const { status } = accepted(await send('DELETE', id, other.tokens.access_token))
    demand(status === 204, `the status is ${status}`)
    refused(await app('manager').refresh(refresh_token ?? tokens.refresh_token ?? ''), 'invalid_grant')
    denied(await send('GET', id, other.tokens.access_token))
    denied(await userinfo(access_token))
  },
})
