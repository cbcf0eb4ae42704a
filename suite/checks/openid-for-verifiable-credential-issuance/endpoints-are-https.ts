import { credentialIssuer } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

const names = ['credential_endpoint', 'nonce_endpoint', 'deferred_credential_endpoint', 'notification_endpoint']

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §12.2.1',
  level: 'MUST',
  title: 'The identifier of the credential issuer is an https URL without query and fragment, and its endpoints are https URLs',
  async run(context) {
    const { members } = await credentialIssuer(context)
    const { credential_issuer: issuer } = members
    demand(typeof issuer === 'string' && /^https:\/\/[^?#]+$/.test(issuer), `credential_issuer is ${JSON.stringify(issuer)}`)
    for (const name of names.filter((one) => members[one] !== undefined)) {
      const url = members[name]
      demand(typeof url === 'string' && URL.canParse(url) && url.startsWith('https://'), `${name} is ${JSON.stringify(url)}`)
    }
  },
})
