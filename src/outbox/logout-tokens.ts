/** Logout tokens in the outbox — OpenID Connect Back-Channel Logout 1.0 §2.5. */
import type { QueuedMessage } from '../identity/outbox.ts'
import type { Ctx } from '../protocol/feature.ts'
import { sendLogoutToken } from '../protocol/logout-token.ts'
import type { Channel } from './delivery.ts'
import { failureOf } from './failure.ts'

/** What is stored of one. */
interface EndedSession {
  client: string
  subject: string
  sid: string
}

/** `ctxOf`: the rules of a tenant; undefined while it is suspended. */
export function logoutTokenChannel(ctxOf: (tenant: string) => Promise<Ctx | undefined>): Channel<EndedSession> {
  return {
    name: 'logout token',
    read: ({ content }) => ({ content: JSON.parse(content as string) }),
    receiver: ({ client }, { tenant }) => `${tenant} ${client}`,
    async send({ client: clientId, subject, sid }, { tenant }: QueuedMessage) {
      const ctx = await ctxOf(tenant)
      if (!ctx) return { reason: 'tenant suspended' }
      const client = await ctx.store.clients.find(clientId)
      const isOn = ctx.server.features.some(({ id }) => id === 'backChannelLogout')
      if (client?.backchannel_logout_uri === undefined || !isOn) return undefined
      return failureOf(await sendLogoutToken(ctx, { client, subject, sid }))
    },
    loss: (_, ended) => ({
      act: 'client.logout-lost',
      target: ended?.client,
      detail: { ...(ended && { user: ended.subject, session: ended.sid }) },
    }),
    about: ({ client }) => ({ client }),
  }
}
