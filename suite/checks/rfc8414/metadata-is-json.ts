import { check } from '../../src/check.ts'
import { accepted, demand, json, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §3.2',
  level: 'MUST',
  title: 'The metadata is served as application/json with status 200',
  async run({ get, target }) {
    const { origin, pathname } = new URL(target.issuer)
    const reply = await get(`${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`)
    if (reply.status === 404) throw new NotApplicable('the metadata is at the path of OpenID Connect Discovery only')
    json(accepted(reply))
    demand(/^application\/json\b/i.test(reply.headers['content-type'] ?? ''), `it comes as ${reply.headers['content-type']}`)
  },
})
