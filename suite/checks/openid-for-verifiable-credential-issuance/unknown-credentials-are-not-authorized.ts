import { askedByDetails, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §5.1.1',
  level: 'MUST',
  title: 'Authorization details without a credential_configuration_id, or with an unknown one, are rejected',
  needs: ['code flow', 'authorization details'],
  async run(context) {
    const { configuration } = await wallet(context)
    await askedByDetails(context, configuration)
    for (const detail of [{}, { credential_configuration_id: 'no-such' }, { credential_configuration_id: 7 }]) {
      const authorization_details = JSON.stringify([{ type: 'openid_credential', ...detail }])
      notAuthorized(await context.app('wallet').authorize({ scope: undefined, authorization_details }))
    }
  },
})
