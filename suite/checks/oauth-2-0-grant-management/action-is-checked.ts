import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §5.2',
  level: 'MUST',
  title: 'An unknown action is rejected, and so are merge and replace without a grant_id',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { app } = context
    await grantManager(context).grant()
    for (const grant_management_action of ['merge', 'replace', 'no-such-action'])
      redirectedWithError(await app('manager').authorize({ grant_management_action }), 'invalid_request')
  },
})
