import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'MCP Authorization §9.2',
  level: 'MUST',
  title: 'A token that was issued for another server is rejected',
  needs: ['code flow', 'an API'],
  async run({ api, app, forApi }) {
    const { call, tokens } = api()
    const elsewhere = await app().tokens(forApi())
    const { status } = await call(elsewhere.access_token)
    demand(status === 401, `expected status 401, got ${status}`)
    accepted(await call((await tokens()).access_token))
  },
})
