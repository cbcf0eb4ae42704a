import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { demand, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §5.2',
  level: 'MUST',
  title: 'The grant of one person cannot be changed by another person',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { app, browser } = context
    const { grant, scopesOf } = grantManager(context)
    const granted = await grant()
    const before = await scopesOf(granted)
    const asked = { grant_management_action: 'replace', grant_id: granted.id, scope: 'openid email' }
    notAuthorized(await app('manager').authorize(asked, { browser: browser('stranger') }))
    demand((await scopesOf(granted)).join(' ') === before.join(' '), 'the grant has changed')
  },
})
