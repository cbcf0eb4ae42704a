import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §6.4',
  level: 'MUST',
  title: 'Querying a grant returns what it contains',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { grant, send, scopesOf } = grantManager(context)
    const granted = await grant()
    const scopes = await scopesOf(granted)
    const expected = ['grant_management_query', 'grant_management_revoke', 'openid']
    demand(scopes.join(' ') === expected.join(' '), `the scopes are ${scopes.join(' ')}`)
    const { headers } = await send('GET', granted.id, granted.tokens.access_token)
    demand(/no-store|no-cache/.test(headers['cache-control'] ?? ''), 'the answer may be cached')
  },
})
