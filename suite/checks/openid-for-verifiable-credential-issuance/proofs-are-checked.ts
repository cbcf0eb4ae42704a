import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §F.4',
  level: 'MUST',
  title: 'A proof with a wrong type, audience, key, algorithm or time is rejected with invalid_proof',
  needs: ['code flow'],
  async run(context) {
    const { nonce, proof, request } = await wallet(context)
    const [key, other] = [context.random.key(), context.random.key()]
    const { x, y, crv, kty } = key
    const wrong = [
      { header: { typ: 'JWT' } },
      { header: { typ: undefined } },
      { claims: { aud: 'https://somebody-else.example' } },
      { claims: { aud: undefined } },
      { claims: { iat: undefined } },
      { claims: { iat: Math.floor(Date.now() / 1000) - 86_400 } },
      { claims: { iat: Math.floor(Date.now() / 1000) + 86_400 } },
      { header: { jwk: undefined } },
      { header: { jwk: key } },
      { header: { kid: 'both', jwk: { kty, crv, x, y } } },
      { signer: other },
    ]
    for (const changes of wrong) refused(await request([await proof(key, await nonce(), changes)]), 'invalid_proof')
    const [head, body] = (await proof(key, await nonce())).split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'openid4vci-proof+jwt', jwk: { kty, crv, x, y } })).toString('base64url')
    refused(await request([`${none}.${body}.`]), 'invalid_proof')
    refused(await request([`${head}.${body}.`]), 'invalid_proof')
    accepted(await request([await proof(key, await nonce())]))
  },
})
