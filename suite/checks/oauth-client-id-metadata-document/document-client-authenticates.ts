import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §8.2',
  level: 'MUST',
  title: 'A client whose document has keys for private_key_jwt must authenticate with one of them',
  needs: ['code flow', 'client documents', 'private_key_jwt'],
  async run(context) {
    const own = { ...context.random.key(), kid: 'own', alg: 'ES256' }
    const { d, ...publicKey } = own
    const json = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } }
    const { app } = await documentClient(context, { document: { json } })
    const signing = app.with({ token_endpoint_auth_method: 'private_key_jwt', private_key: own })
    const forging = signing.with({ private_key: { ...context.random.key(), kid: 'own', alg: 'ES256' } })
    const code = await signing.code()
    refused(await app.redeem(code), 'invalid_client')
    refused(await forging.redeem(code), 'invalid_client')
    granted(await signing.redeem(await signing.code()))
  },
})
