import { credentialIssuer } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, json, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §7.2',
  level: 'MUST',
  title: 'The nonce endpoint gives a new nonce each time, which is not cached',
  async run(context) {
    const { nonce_endpoint: url } = (await credentialIssuer(context)).members
    if (typeof url !== 'string') throw new NotApplicable('the issuer has no nonce_endpoint')
    const replies = [await context.post(url, {}), await context.post(url, {})]
    const nonces = replies.map((reply) => json(accepted(reply))['c_nonce'])
    demand(
      nonces.every((nonce) => typeof nonce === 'string' && nonce !== ''),
      'the answer has no c_nonce',
    )
    demand(nonces[0] !== nonces[1], 'the same c_nonce came twice')
    for (const { headers } of replies)
      demand(/\bno-store\b/i.test(headers['cache-control'] ?? ''), `Cache-Control is ${headers['cache-control']}`)
  },
})
