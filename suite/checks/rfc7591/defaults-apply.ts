import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §2',
  level: 'MUST',
  title: 'A client that registers a redirect URI alone is told the defaults: HTTP Basic, authorization code, and code',
  needs: ['code flow', 'registration'],
  async run({ register }) {
    const told = json(accepted((await register({})).reply))
    const method = told['token_endpoint_auth_method'] ?? 'client_secret_basic'
    const grants = (told['grant_types'] ?? ['authorization_code']) as unknown[]
    const types = (told['response_types'] ?? ['code']) as unknown[]
    demand(method === 'client_secret_basic', `token_endpoint_auth_method is ${method}`)
    demand(grants.includes('authorization_code') && !grants.includes('implicit'), `grant_types are ${grants.join(', ')}`)
    const through = types.filter((type) => /token/.test(String(type)))
    demand(types.includes('code') && through.length === 0, `response_types are ${types.join(', ')}`) // §3.1 allows more, such as "none"
  },
})
