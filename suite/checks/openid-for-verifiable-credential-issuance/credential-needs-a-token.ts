import { credentialIssuer } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8',
  level: 'MUST',
  title: 'The credential endpoint rejects requests without an access token',
  async run(context) {
    const { members } = await credentialIssuer(context)
    const { credential_endpoint: url, credential_configurations_supported: offered } = members
    const [credential_configuration_id] = Object.keys((offered ?? {}) as object)
    const reply = await context.send({
      method: 'POST',
      url: String(url),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credential_configuration_id }),
    })
    demand(reply.status === 401, `the status is ${reply.status}`)
    demand(reply.headers['www-authenticate'] !== undefined, 'the answer has no WWW-Authenticate header')
  },
})
