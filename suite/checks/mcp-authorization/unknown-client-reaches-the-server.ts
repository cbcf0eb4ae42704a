import { challengeOf } from '../../src/actors/api.ts'
import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, granted, json } from '../../src/expect.ts'

export default check({
  clause: 'MCP Authorization §7',
  level: 'MUST',
  title: 'From the challenge alone, a client that nobody registered gets a token that the server accepts',
  needs: ['code flow', 'PKCE', 'an API', 'client documents'],
  async run(context) {
    const { api, get, target } = context
    const { call, identifier, scope } = api()
    const { resource_metadata } = challengeOf(await call())
    demand(resource_metadata !== undefined, 'the challenge has no resource_metadata')
    const resource = json(accepted(await get(resource_metadata)))
    demand(resource['resource'] === identifier, `the metadata is about ${resource['resource']}`)
    demand([resource['authorization_servers']].flat().includes(target.issuer), 'the metadata does not list the authorization server')
    const { app } = await documentClient(context)
    const code = await app.code({ scope, resource: identifier })
    demand(code.landing.params['iss'] === undefined || code.landing.params['iss'] === target.issuer, 'iss is another issuer')
    const { access_token } = granted(await app.redeem(code, { resource: identifier }))
    accepted(await call(access_token))
  },
})
