import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'MCP Authorization §10.1',
  level: 'SHOULD',
  title: 'A token without the scope is rejected with 403, insufficient_scope, the scope and the metadata',
  needs: ['code flow', 'an API'],
  async run({ api }) {
    const { call, tokens } = api()
    const { status, headers } = await call((await tokens({ scope: 'openid' })).access_token)
    const challenge = headers['www-authenticate'] ?? ''
    demand(status === 403, `expected status 403, got ${status}`)
    for (const part of ['error="insufficient_scope"', 'scope="', 'resource_metadata="'])
      demand(challenge.includes(part), `the challenge has no ${part.split('=')[0]}`)
    accepted(await call((await tokens()).access_token))
  },
})
