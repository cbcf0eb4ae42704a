import { credentialIssuer } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §12.2.2',
  level: 'MUST',
  title: 'The metadata of the credential issuer is JSON for a wallet that asks for JSON',
  async run(context) {
    const type = (await credentialIssuer(context)).reply.headers['content-type'] ?? ''
    demand(/^application\/json *(?:;|$)/i.test(type), `the content type is ${type}`)
  },
})
