import { check } from '../../src/check.ts'
import { accepted, demand, granted, json, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.2',
  level: 'MUST',
  title: 'Pushing a request returns 201 with a usable request_uri and its lifetime',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const reply = accepted(await app().push())
    const { request_uri, expires_in } = json(reply)
    demand(reply.status === 201, `the status is ${reply.status}`)
    demand(typeof request_uri === 'string' && request_uri !== '', 'there is no request_uri')
    demand(Number.isInteger(expires_in) && Number(expires_in) > 0, `expires_in is ${expires_in}`)
    const landing = redirected(await app().pushed(request_uri))
    granted(await app().redeem({ code: landing.params['code']!, redirectUri: app().redirectUri, verifier: reply.verifier, landing }))
  },
})
