/** Applications learn in the browser that somebody signed out or in — OpenID Connect Session Management 1.0. */
import { browserState } from '../browser-state.ts'
import { checkSessionPage, checkSessionPolicy, sessionState } from '../check-session-page.ts'
import type { Endpoint, Feature } from '../feature.ts'

const endpoint: Endpoint = {
  path: '/check_session',
  advertisedAs: 'check_session_iframe', // §3.3
  methods: ['GET'],
  audience: 'person',
  handle: async ({ tenant }) => ({
    kind: 'text',
    status: 200,
    type: 'text/html; charset=utf-8',
    text: checkSessionPage(tenant.stateCookie),
    framed: true,
    headers: { 'content-security-policy': checkSessionPolicy, 'cache-control': 'public, max-age=3600' },
  }),
}

export function sessionManagement(): Feature {
  return {
    id: 'sessionManagement',
    spec: 'OpenID Connect Session Management 1.0',
    requires: ['openid'],
    endpoints: [endpoint],
    // A page of a native app has no origin that a browser could name.
    respond(ctx, { client, redirectUri, sessions }): Record<string, string> {
      const { origin = 'null' } = URL.parse(redirectUri) ?? {}
      if (sessions === undefined || origin === 'null') return {}
      const about = { clientId: client.client_id, origin, state: browserState(sessions), salt: ctx.id() }
      return { session_state: sessionState(about) } // §2
    },
  }
}
