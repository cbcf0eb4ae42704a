import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §5.1',
  level: 'MUST NOT',
  title: 'The algorithms for DPoP proofs are asymmetric, and "none" is not among them',
  needs: ['DPoP'],
  async run({ metadata }) {
    const wrong = metadata.list('dpop_signing_alg_values_supported')?.filter((alg) => alg === 'none' || /^HS\d+$/.test(alg)) ?? []
    demand(wrong.length === 0, `${wrong.join(', ')} is offered`)
  },
})
