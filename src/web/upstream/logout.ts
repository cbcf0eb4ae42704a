/** Providers say that somebody signed out there — OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8. */
import { readLogoutToken } from '../../connections/logout-token.ts'
import { UpstreamError } from '../../connections/upstream-error.ts'
import { refuse } from '../../protocol/errors.ts'
import type { Route } from '../http/route.ts'

export const upstreamLogout: Route = {
  path: '/connections/:name/backchannel-logout',
  methods: ['POST'],
  audience: 'program',
  async handle({ ctx, connections, signIn }, { params }, { path: { name = '' } }) {
    const connection = await connections.store.connections.find(name)
    if (!connection?.enabled) return refuse('not_found', 'no provider signs people out at this address')
    const token = params.need('logout_token')
    const deps = { connections, keySets: ctx.keySets, usedOnce: ctx.store.usedOnce }
    const read = await readLogoutToken(deps, connection, token).catch((error: unknown) => {
      if (!(error instanceof UpstreamError)) throw error
      return refuse('temporarily_unavailable', 'the keys of the provider cannot be had; try again', error.message)
    })
    if (typeof read === 'string') return refuse('invalid_request', 'logout_token is not a valid logout token of this provider', read)
    const ended = await signIn.store.sessions.end({ connection: name, ...read })
    return {
      kind: 'json',
      status: 200,
      headers: { 'cache-control': 'no-store' }, // §2.8
      body: {},
      auditEvents: ended.map(({ sid, subject }) => ({
        act: 'session.end',
        outcome: 'success',
        target: sid,
        detail: { user: subject, connection: name },
      })),
    }
  },
}
