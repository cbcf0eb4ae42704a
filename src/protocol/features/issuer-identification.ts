/** Authorization server issuer identification — RFC 9207. */
import type { Feature } from '../feature.ts'

export function issuerIdentification(): Feature {
  return {
    id: 'issuerIdentification',
    spec: 'RFC 9207',
    requires: ['authorizationCode'],
    serves: { iss_parameter: ['omit'] },
    respond: (ctx, { client }): Record<string, string> => (client.policy.iss_parameter === 'send' ? { iss: ctx.issuer } : {}), // §2
    metadata: () => ({ authorization_response_iss_parameter_supported: true }), // §3
  }
}
