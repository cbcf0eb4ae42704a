import { generateKeyPairSync } from 'node:crypto'
import { compactDecrypt, importJWK } from 'jose'
import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.3.2',
  level: 'MUST',
  title: 'UserInfo is encrypted for a client that registered an algorithm and a key for it',
  needs: ['OpenID', 'code flow', 'UserInfo', 'registration'],
  async run({ app, idToken, metadata, register, userinfo }) {
    const alg = metadata.list('userinfo_encryption_alg_values_supported')?.find((one) => /^ECDH-ES/.test(one))
    const [enc] = metadata.list('userinfo_encryption_enc_values_supported') ?? []
    if (!alg || !enc) throw new NotApplicable('UserInfo is not encrypted for keys on curves')
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
    const { d, ...jwk } = { ...key, kid: 'own', use: 'enc', alg }
    const members = { userinfo_encrypted_response_alg: alg, userinfo_encrypted_response_enc: enc, jwks: { keys: [jwk] } }
    const { reply, registration } = await register(members)
    accepted(reply)
    const tokens = await app().with(registration).tokens({ scope: 'openid' })
    const { headers, body } = accepted(await userinfo(tokens.access_token))
    demand(headers['content-type']?.startsWith('application/jwt'), `the type is ${headers['content-type']}`)
    const { plaintext } = await compactDecrypt(body, await importJWK(key, alg))
    const { sub } = JSON.parse(new TextDecoder().decode(plaintext))
    demand(sub === (await idToken(tokens)).claims.sub, 'sub is not that of the ID token')
  },
})
