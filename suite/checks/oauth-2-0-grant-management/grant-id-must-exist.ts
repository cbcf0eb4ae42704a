import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { denied, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §5.3',
  level: 'MUST',
  title: 'An unknown grant_id is rejected with invalid_grant_id',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { app, random } = context
    const { grant, send } = grantManager(context)
    const { tokens } = await grant()
    for (const action of ['merge', 'replace']) {
      const landing = await app('manager').authorize({ grant_management_action: action, grant_id: random.text(24) })
      redirectedWithError(landing, 'invalid_grant_id')
    }
    denied(await send('GET', random.text(24), tokens.access_token))
  },
})
