import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §7.1',
  level: 'REQUIRED',
  title: 'The metadata lists the supported grant management actions',
  needs: ['grant management'],
  async run({ metadata }) {
    const actions = metadata.list('grant_management_actions_supported')
    demand(actions !== undefined && actions.length > 0, 'grant_management_actions_supported is missing')
    const known = ['query', 'revoke', 'create', 'merge', 'replace']
    demand(
      actions.every((action) => known.includes(action)),
      `the actions are ${actions.join(', ')}`,
    )
  },
})
