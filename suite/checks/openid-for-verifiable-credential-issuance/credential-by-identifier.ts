import { namedIn } from '../../src/actors/offers.ts'
import { askedByDetails, credentialsIn, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.2',
  level: 'MUST NOT',
  title: 'A credential is named by one of the credential_identifiers of the token response, and not beside its configuration',
  needs: ['code flow', 'authorization details'],
  async run(context) {
    const { configuration, nonce, proof, request } = await wallet(context)
    const tokens = await askedByDetails(context, configuration)
    const ask = async (named: object) => request([await proof(context.random.key(), await nonce())], named, tokens.access_token)
    const named = namedIn(tokens, configuration)
    refused(await ask({ ...named, credential_configuration_id: configuration }), 'invalid_credential_request')
    refused(
      await ask({ credential_configuration_id: undefined, credential_identifier: 'no-such' }),
      'unknown_credential_identifier',
      'invalid_credential_request',
    )
    demand(credentialsIn(await ask(named)).length === 1, 'there is no credential')
  },
})
