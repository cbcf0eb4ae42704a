import { generateKeyPairSync } from 'node:crypto'
import { compactDecrypt, importJWK } from 'jose'
import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §10.2',
  level: 'MUST',
  title: 'An ID token is signed and then encrypted for a client that registered an algorithm and a key for it',
  needs: ['OpenID', 'code flow', 'registration'],
  async run({ app, metadata, register, target, verify }) {
    const alg = metadata.list('id_token_encryption_alg_values_supported')?.find((one) => /^ECDH-ES/.test(one))
    const [enc] = metadata.list('id_token_encryption_enc_values_supported') ?? []
    if (!alg || !enc) throw new NotApplicable('ID tokens are not encrypted for keys on curves')
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
    const { d, ...jwk } = { ...key, kid: 'own', use: 'enc', alg }
    const members = { id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc, jwks: { keys: [jwk] } }
    const { reply, registration } = await register(members)
    accepted(reply)
    const { id_token = '' } = await app().with(registration).tokens({ scope: 'openid' })
    demand(id_token.split('.').length === 5, 'the ID token is not encrypted')
    const { plaintext, protectedHeader } = await compactDecrypt(id_token, await importJWK(key, alg))
    demand(protectedHeader.alg === alg && protectedHeader.enc === enc, `alg and enc are ${protectedHeader.alg} and ${protectedHeader.enc}`)
    const { claims } = await verify(new TextDecoder().decode(plaintext))
    demand(claims.iss === target.issuer, 'the inner token is of another issuer')
  },
})
