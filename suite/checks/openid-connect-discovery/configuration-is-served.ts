import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §4',
  level: 'MUST',
  title: 'The configuration is served as application/json below the issuer',
  needs: ['OpenID'],
  async run({ get, target }) {
    const reply = accepted(await get(`${target.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`))
    demand(reply.status === 200, `the status is ${reply.status}`)
    demand(/^application\/json\b/i.test(reply.headers['content-type'] ?? ''), `it comes as ${reply.headers['content-type']}`)
    demand(json(reply)['issuer'] === target.issuer, `the issuer is ${json(reply)['issuer']}`)
  },
})
