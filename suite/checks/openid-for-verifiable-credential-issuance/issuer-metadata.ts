import { credentialIssuer } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §12.2.4',
  level: 'REQUIRED',
  title: 'The metadata of the credential issuer has the required members',
  async run(context) {
    const { members } = await credentialIssuer(context)
    const { credential_issuer: issuer, credential_endpoint: endpoint, credential_configurations_supported: offered } = members
    demand(issuer === context.target.issuer, `credential_issuer is ${JSON.stringify(issuer)}`)
    demand(typeof endpoint === 'string' && URL.canParse(endpoint), 'credential_endpoint is no URL')
    demand(typeof offered === 'object' && offered !== null, 'credential_configurations_supported is no object')
    for (const [name, configuration] of Object.entries(offered))
      demand(typeof configuration?.format === 'string', `the configuration ${name} has no format`)
  },
})
