import { check } from '../../src/check.ts'
import { active, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §2.2',
  level: 'MUST',
  title: 'A valid token is active, and its members are correct',
  needs: ['code flow', 'introspection'],
  async run({ app, forApi, introspect, target }) {
    const { access_token } = await app().tokens(forApi())
    const reply = await introspect(access_token)
    const { exp, iat, scope, client_id, iss, token_type } = active(reply)
    demand(/^application\/json\b/i.test(reply.headers['content-type'] ?? ''), `it comes as ${reply.headers['content-type']}`)
    demand(exp === undefined || (Number.isInteger(exp) && Number(exp) > Date.now() / 1000), `exp is ${exp}`)
    demand(iat === undefined || Number.isInteger(iat), `iat is ${iat}`)
    demand(scope === undefined || typeof scope === 'string', 'scope is no text')
    demand(client_id === undefined || client_id === app().registration.client_id, `client_id is ${client_id}`)
    demand(iss === undefined || iss === target.issuer, `iss is ${iss}`)
    demand(token_type === undefined || typeof token_type === 'string', 'token_type is no text')
  },
})
