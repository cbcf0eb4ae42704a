/** Back-channel logout — OpenID Connect Back-Channel Logout 1.0. Sessions end, and logout tokens are queued, in `store/endings.ts`. */
import type { Feature } from '../feature.ts'

export function backChannelLogout(): Feature {
  return {
    id: 'backChannelLogout',
    spec: 'OpenID Connect Back-Channel Logout 1.0',
    requires: ['openid'],
    metadata: () => ({ backchannel_logout_supported: true, backchannel_logout_session_supported: true }), // §2.1
  }
}
