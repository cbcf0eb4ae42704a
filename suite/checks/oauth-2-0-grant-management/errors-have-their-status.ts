import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §6.6',
  level: 'MUST',
  title: 'The grant endpoint answers 401 without a valid token, 403 without the scope, and 400 or 404 for an unknown grant',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { grant, send } = grantManager(context)
    const { id, tokens } = await grant()
    const query = await grant({ scope: 'openid grant_management_query' })
    const wrong: [status: number[], ...asked: Parameters<typeof send>][] = [
      [[401], 'GET', id, undefined],
      [[401], 'GET', id, 'unknown'],
      [[403], 'DELETE', id, query.tokens.access_token],
      [[400, 404], 'GET', context.random.text(24), tokens.access_token], // the drafts differ
    ]
    for (const [expected, ...asked] of wrong) {
      const { status } = await send(...asked)
      demand(expected.includes(status), `expected ${expected.join(' or ')}, got ${status}`)
    }
    accepted(await send('GET', id, tokens.access_token))
  },
})
