import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §5.2',
  level: 'MUST',
  title: 'Replacing leaves nothing in the grant but what was allowed now',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { grant, scopesOf } = grantManager(context)
    const first = await grant()
    const replaced = await grant({ grant_management_action: 'replace', grant_id: first.id, scope: 'openid grant_management_query' })
    demand(replaced.id === first.id, 'the grant_id is another one')
    const scopes = await scopesOf(replaced)
    demand(scopes.join(' ') === 'grant_management_query openid', `the scopes are ${scopes.join(' ')}`)
  },
})
