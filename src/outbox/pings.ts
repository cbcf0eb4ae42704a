/** What clients are told of an answer, in the outbox: that there is one, or what it gave them — OpenID Connect CIBA Core §10.2, §10.3. */
import type { QueuedMessage } from '../identity/outbox.ts'
import { notificationOf } from '../protocol/client-notification.ts'
import type { Ctx } from '../protocol/feature.ts'
import type { Ping } from '../protocol/remote.ts'
import { RemoteError } from '../protocol/remote-error.ts'
import { type Channel, type Failure, type Seals, sealedContent } from './delivery.ts'
import { failureOf } from './failure.ts'

export interface PingChannelDeps extends Seals {
  /** The rules of a tenant; undefined while it is suspended. */
  ctxOf(tenant: string): Promise<Ctx | undefined>
}

export function pingChannel({ ctxOf, ...seals }: PingChannelDeps): Channel<Ping> {
  return {
    name: 'notification',
    read: sealedContent(seals),
    receiver: ({ clientId }, { tenant }) => `${tenant} ${clientId}`,
    send: (ping, message) => sent(ctxOf, ping, message),
    loss: ({ id }) => ({ act: 'notification.lost', target: id, detail: {} }),
    about: () => ({}),
  }
}

/** To the endpoint that the client is registered with now. Nothing is sent, and nothing is lost, where it wants no such message any more. Redirects are not followed. */
async function sent(ctxOf: PingChannelDeps['ctxOf'], ping: Ping, { tenant, id }: QueuedMessage): Promise<Failure | undefined> {
  const ctx = await ctxOf(tenant)
  if (!ctx) return { reason: 'tenant suspended' }
  const notification = await notificationOf(ctx, id, ping)
  if (notification === 'gone') return undefined
  if (notification === 'not yet') return { reason: notification }
  const { url, body } = notification
  const headers = { authorization: `Bearer ${ping.token}`, 'content-type': 'application/json' }
  try {
    const { status } = await ctx.remote.request({ url, method: 'POST', headers, body: JSON.stringify(body) })
    const failure = failureOf(status)
    return failure && { ...failure, permanent: status < 500 && status !== 408 && status !== 429 } // it is wrong, not busy. RFC 9110 §15.5
  } catch (error) {
    if (error instanceof RemoteError) return failureOf(error)
    throw error
  }
}
