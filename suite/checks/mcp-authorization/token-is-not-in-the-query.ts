import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'MCP Authorization §9.1',
  level: 'MUST NOT',
  title: 'A token in the query of a request is not accepted',
  needs: ['code flow', 'an API'],
  async run({ api, get }) {
    const { call, identifier, tokens } = api()
    const { access_token } = await tokens()
    denied(await get(`${identifier}?access_token=${access_token}`))
    accepted(await call(access_token))
  },
})
