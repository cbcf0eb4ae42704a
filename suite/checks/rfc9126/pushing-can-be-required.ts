import { check } from '../../src/check.ts'
import { accepted, json, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §6',
  level: 'MUST',
  title: 'A client that registered require_pushed_authorization_requests can only push its requests',
  needs: ['code flow', 'pushed requests', 'registration'],
  async run({ app, register }) {
    const { reply, registration } = await register({ require_pushed_authorization_requests: true })
    accepted(reply)
    const client = app().with(registration)
    notAuthorized(await client.authorize({ scope: 'openid' }))
    const { request_uri } = json(accepted(await client.push({ scope: 'openid' })))
    redirected(await client.pushed(String(request_uri)))
  },
})
