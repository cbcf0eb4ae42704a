import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.3.1.2',
  level: 'MUST',
  title: 'Malformed and unusual credential requests are rejected without a server error',
  needs: ['code flow'],
  async run(context) {
    const { configuration, nonce, post, proof, request } = await wallet(context)
    const id = `"credential_configuration_id":${JSON.stringify(configuration)}`
    const odd = [
      `{${id},"proofs":${'{"jwt":'.repeat(5000)}1${'}'.repeat(5000)}}`,
      `{${id},"proofs":{"jwt":["\\u0000","a.b.c","..","${'x'.repeat(50_000)}"]}}`,
      `{${id},"proofs":{"jwt":"text"}}`,
      `{${id},"proofs":{"jwt":[[],{},null,7]}}`,
      `{${id},"proofs":{"__proto__":["x"]}}`,
      `{${id},"proofs":{"constructor":["x"]}}`,
      `{"credential_configuration_id":"__proto__","proofs":{"jwt":["x"]}}`,
      `{"credential_identifier":["x"],"proofs":{"jwt":["x"]}}`,
      `{${id},"credential_response_encryption":{"jwk":{"kty":"EC","crv":"P-256","x":"","y":""},"enc":"A128GCM"},"proofs":{"jwt":["x"]}}`,
      '\ud800',
    ]
    for (const body of odd) {
      const { status } = await post(body)
      demand(status >= 400 && status < 500, `${body.slice(0, 100)} is answered with ${status}`)
    }
    accepted(await request([await proof(context.random.key(), await nonce())]))
  },
})
