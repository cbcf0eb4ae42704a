/** Hybrid flow: a code in the authorization response, and tokens beside it — OpenID Connect Core §3.3. */
import type { Feature } from '../feature.ts'
import { frontChannelType } from '../front-channel.ts'

export function hybrid(): Feature {
  return {
    id: 'hybrid',
    spec: 'OpenID Connect Core §3.3',
    requires: ['authorizationCode', 'openid'],
    responseTypes: (['code id_token', 'code token', 'code id_token token'] as const).map(frontChannelType),
  }
}
