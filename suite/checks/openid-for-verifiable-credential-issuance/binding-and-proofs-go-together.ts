import { credentialIssuer } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

interface Configuration {
  cryptographic_binding_methods_supported?: unknown
  proof_types_supported?: unknown
}

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §12.2.4',
  level: 'MUST',
  title: 'A credential that is bound to a key says how, and with which proofs and algorithms; one that is not says neither',
  async run(context) {
    const { members } = await credentialIssuer(context)
    for (const [name, configuration] of Object.entries(members['credential_configurations_supported'] ?? {})) {
      const { cryptographic_binding_methods_supported: methods, proof_types_supported: proofs } = configuration as Configuration
      demand((methods === undefined) === (proofs === undefined), `${name} has only one of binding methods and proof types`)
      if (methods === undefined) continue
      demand(Array.isArray(methods) && methods.length > 0, `the binding methods of ${name} are no list`)
      for (const [type, proof] of Object.entries(proofs as Record<string, { proof_signing_alg_values_supported?: unknown }>)) {
        const algs = proof.proof_signing_alg_values_supported
        demand(Array.isArray(algs) && algs.length > 0, `${name} has no algorithms for ${type}`)
        demand(!algs.includes('none') && !algs.some((alg) => /^HS/.test(String(alg))), `${name} takes ${algs.join(', ')} for ${type}`)
      }
    }
  },
})
