import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §5.2',
  level: 'MUST',
  title: 'Merging adds to the grant, and keeps its id and what it contained',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { grant, scopesOf } = grantManager(context)
    const first = await grant()
    const merged = await grant({ grant_management_action: 'merge', grant_id: first.id, scope: 'openid email grant_management_query' })
    demand(merged.id === first.id, 'the grant_id is another one')
    const scopes = await scopesOf(merged)
    const expected = ['email', 'grant_management_query', 'grant_management_revoke', 'openid']
    demand(scopes.join(' ') === expected.join(' '), `the scopes are ${scopes.join(' ')}`)
  },
})
