/** Authorization server issuer identification — RFC 9207. */
import type { Feature } from '../feature.ts'

export function issuerIdentification(): Feature {
  return {
    id: 'issuerIdentification',
    spec: 'RFC 9207',
    requires: ['authorizationCode'],
    respond: (ctx) => ({ iss: ctx.issuer }), // §2
    metadata: () => ({ authorization_response_iss_parameter_supported: true }), // §3
  }
}
