import { encryption } from '../../src/actors/encryption.ts'
import { credentialsIn, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.2',
  level: 'MUST',
  title: 'A request that is encrypted for the advertised key gets a credential',
  needs: ['code flow'],
  async run(context) {
    const { configuration, nonce, post, proof } = await wallet(context)
    const { encrypt } = await encryption(context)
    const jwt = await proof(context.random.key(), await nonce())
    const request = await encrypt({ credential_configuration_id: configuration, proofs: { jwt: [jwt] } })
    const credentials = credentialsIn(await post(request, { type: 'application/jwt' }))
    demand(credentials.length === 1, `${credentials.length} credentials came for one proof`)
  },
})
