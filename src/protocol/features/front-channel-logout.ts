/** Front-channel logout — OpenID Connect Front-Channel Logout 1.0. The page after a logout loads what `logout-frames.ts` names. */
import type { Feature } from '../feature.ts'

export function frontChannelLogout(): Feature {
  return {
    id: 'frontChannelLogout',
    spec: 'OpenID Connect Front-Channel Logout 1.0',
    requires: ['logout'],
    metadata: () => ({ frontchannel_logout_supported: true, frontchannel_logout_session_supported: true }), // §3
  }
}
