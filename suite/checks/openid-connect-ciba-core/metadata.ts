import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §4',
  level: 'REQUIRED',
  title: 'The metadata lists the delivery modes, and the grant type that goes with them',
  needs: ['backchannel authentication'],
  async run({ metadata }) {
    const modes = metadata.list('backchannel_token_delivery_modes_supported')
    demand(modes !== undefined && modes.length > 0, 'backchannel_token_delivery_modes_supported is missing')
    const unknown = modes.filter((mode) => !['poll', 'ping', 'push'].includes(mode))
    demand(unknown.length === 0, `unknown delivery modes: ${unknown.join(', ')}`)
    const algs = metadata.list('backchannel_authentication_request_signing_alg_values_supported') ?? []
    demand(!algs.some((alg) => /^(?:none|HS\d+)$/.test(alg)), 'signed requests may use "none" or a shared secret')
  },
})
