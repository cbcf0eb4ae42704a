import { askedByDetails, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand, json } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §6.2',
  level: 'REQUIRED',
  title: 'When a wallet asked by authorization details, the token response has credential_identifiers for them',
  needs: ['code flow', 'authorization details'],
  async run(context) {
    const { configuration } = await wallet(context)
    const details = json((await askedByDetails(context, configuration)).reply)['authorization_details']
    demand(Array.isArray(details) && details.length > 0, 'the token response has no authorization_details')
    for (const { type, credential_configuration_id, credential_identifiers } of details) {
      demand(type === 'openid_credential', `the type is ${type}`)
      demand(credential_configuration_id === configuration, `the configuration is ${credential_configuration_id}`)
      demand(Array.isArray(credential_identifiers) && credential_identifiers.length > 0, 'credential_identifiers is missing or empty')
    }
  },
})
