import { challengeOf } from '../../src/actors/api.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'MCP Authorization §6',
  level: 'SHOULD',
  title: 'The challenge names the scope that the request needs',
  needs: ['code flow', 'an API'],
  async run({ api }) {
    const { call, scope, tokens } = api()
    const { scope: named } = challengeOf(await call())
    demand(named !== undefined, 'the challenge names no scope')
    demand(
      scope.split(' ').some((word) => named.split(' ').includes(word)),
      `the challenge names ${named}`,
    )
    accepted(await call((await tokens({ scope: `openid ${named}` })).access_token))
  },
})
