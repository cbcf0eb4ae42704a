import { credentialIssuer } from '../../src/actors/documents.ts'
import { offered } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §4.1.1',
  level: 'REQUIRED',
  title: 'An offer names its issuer and credentials of the metadata, each once, and is the same by value and by reference',
  seconds: 90,
  async run(context) {
    const issuer = await credentialIssuer(context)
    const known = Object.keys((issuer.members['credential_configurations_supported'] ?? {}) as object)
    for (const by of ['value', 'reference'] as const) {
      const { members } = await offered(context, { by })
      const { credential_issuer, credential_configuration_ids: ids } = members
      demand(credential_issuer === issuer.members['credential_issuer'], `credential_issuer is ${JSON.stringify(credential_issuer)}`)
      demand(Array.isArray(ids) && ids.length > 0, 'credential_configuration_ids is no list')
      demand(new Set(ids).size === ids.length, 'a credential is there twice')
      for (const id of ids) demand(known.includes(id), `${JSON.stringify(id)} is not in the metadata`)
    }
  },
})
