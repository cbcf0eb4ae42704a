import { encryption } from '../../src/actors/encryption.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §10',
  level: 'MUST',
  title: 'A response is encrypted for the key of the wallet, names it, and is of type application/jwt',
  needs: ['code flow'],
  async run(context) {
    const { configuration, nonce, post, proof } = await wallet(context)
    const { decrypt, encrypt, response } = await encryption(context)
    const jwt = await proof(context.random.key(), await nonce())
    const asked = { credential_configuration_id: configuration, proofs: { jwt: [jwt] }, credential_response_encryption: response }
    const reply = accepted(await post(await encrypt(asked), { type: 'application/jwt' }))
    const type = reply.headers['content-type'] ?? ''
    demand(/^application\/jwt *(?:;|$)/i.test(type), `the content type is ${type}`)
    const { header, members } = await decrypt(reply.body)
    demand(header.alg === response.jwk.alg, `alg is ${header.alg}, not that of the key`)
    demand(header.enc === response.enc, `enc is ${header.enc}`)
    demand(header['kid'] === response.jwk.kid, 'kid is not that of the key')
    demand(Array.isArray(members['credentials']) && members['credentials'].length === 1, 'there is no credential inside')
  },
})
