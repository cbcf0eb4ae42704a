import { credentialIssuer } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'

interface Side {
  jwks?: { keys?: { kid?: unknown; alg?: unknown; d?: unknown }[] }
  alg_values_supported?: unknown
  enc_values_supported?: unknown
  encryption_required?: unknown
}

const isList = (value: unknown) => Array.isArray(value) && value.length > 0

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §12.2.4',
  level: 'MUST',
  title: 'The metadata says how requests and responses are encrypted, with public keys that have their own kid and alg',
  async run(context) {
    const { members } = await credentialIssuer(context)
    const [requests, responses] = ['credential_request_encryption', 'credential_response_encryption'].map((name) => members[name] as Side)
    if (requests === undefined && responses === undefined) throw new NotApplicable('the issuer does not encrypt')
    for (const side of [requests, responses].filter((one) => one !== undefined)) {
      demand(isList(side.enc_values_supported), 'enc_values_supported is missing or empty')
      demand(typeof side.encryption_required === 'boolean', 'encryption_required is no boolean')
    }
    if (responses) demand(isList(responses.alg_values_supported), 'alg_values_supported is missing or empty')
    if (requests === undefined) return
    const keys = requests.jwks?.keys ?? []
    demand(keys.length > 0, 'there is no key')
    demand(new Set(keys.map(({ kid }) => kid)).size === keys.length, 'two keys have the same kid')
    for (const { kid, alg, d } of keys) {
      demand(typeof kid === 'string', 'a key has no kid')
      demand(typeof alg === 'string', 'a key has no alg')
      demand(d === undefined, 'a key is private')
    }
  },
})
