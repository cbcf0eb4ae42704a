/** Implicit flow: tokens in the authorization response, without a code — OpenID Connect Core §3.2, RFC 6749 §4.2. */
import type { Feature } from '../feature.ts'
import { frontChannelType } from '../front-channel.ts'

export function implicit(): Feature {
  return {
    id: 'implicit',
    spec: 'OpenID Connect Core §3.2',
    requires: ['authorizationCode', 'openid'],
    responseTypes: (['id_token', 'id_token token', 'token'] as const).map(frontChannelType),
  }
}
