import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { accepted, denied, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §6.6',
  level: 'MUST',
  title: 'A client cannot see, change or revoke the grant of another client',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { app } = context
    const { grant, send } = grantManager(context)
    const { id, tokens } = await grant()
    const { access_token: foreign } = await app().tokens()
    denied(await send('GET', id, foreign))
    denied(await send('DELETE', id, foreign))
    notAuthorized(await app().authorize({ grant_management_action: 'merge', grant_id: id }))
    accepted(await send('GET', id, tokens.access_token))
  },
})
