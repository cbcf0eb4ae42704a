import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §6.1',
  level: 'MUST',
  title: 'Managing a grant needs an access token with the scope for it',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { grant, send } = grantManager(context)
    const { id, tokens } = await grant()
    const query = await grant({ scope: 'openid grant_management_query' })
    const revoke = await grant({ scope: 'openid grant_management_revoke' })
    denied(await send('GET', id, undefined))
    denied(await send('DELETE', id, undefined))
    denied(await send('GET', id, 'unknown'))
    denied(await send('DELETE', id, query.tokens.access_token))
    denied(await send('GET', id, revoke.tokens.access_token))
    accepted(await send('GET', id, tokens.access_token))
  },
})
