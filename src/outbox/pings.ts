/** What clients are told of an answer, in the outbox: that there is one, or what it gave them — OpenID Connect CIBA Core §10.2, §10.3. */
import type { QueuedMessage } from '../identity/outbox.ts'
import type { Ctx } from '../protocol/feature.ts'
import { pushedResponse } from '../protocol/pushed-response.ts'
import type { Ping, Remote } from '../protocol/remote.ts'
import { RemoteError } from '../protocol/remote-error.ts'
import { type Channel, type Failure, type Seals, sealedContent } from './delivery.ts'
import { failureOf } from './failure.ts'

export interface PingChannelDeps extends Seals {
  remote: Remote
  /** The rules of a tenant; undefined while it is suspended. */
  ctxOf(tenant: string): Promise<Ctx | undefined>
}

export function pingChannel({ remote, ctxOf, ...seals }: PingChannelDeps): Channel<Ping> {
  return {
    name: 'notification',
    read: sealedContent(seals),
    receiver: ({ url }, { tenant }) => `${tenant} ${url}`,
    send: (ping, message) => (ping.push ? pushed(ctxOf, ping, message) : sent(remote, ping, { auth_req_id: ping.authReqId })),
    loss: ({ id }) => ({ act: 'notification.lost', target: id, detail: {} }),
    about: () => ({}),
  }
}

/** Nothing is sent, and nothing is lost, where the client is gone or asks for its tokens now. */
async function pushed(ctxOf: PingChannelDeps['ctxOf'], ping: Ping, { tenant, id }: QueuedMessage): Promise<Failure | undefined> {
  const ctx = await ctxOf(tenant)
  if (!ctx) return { reason: 'tenant suspended' }
  const response = await pushedResponse(ctx, id, ping)
  if (response === 'gone') return undefined
  return response === 'not yet' ? { reason: response } : sent(ctx.remote, ping, response)
}

/** Redirects are not followed. */
async function sent(remote: Remote, { url, token }: Ping, body: object): Promise<Failure | undefined> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  try {
    const { status } = await remote.request({ url, method: 'POST', headers, body: JSON.stringify(body) })
    const failure = failureOf(status)
    return failure && { ...failure, permanent: status < 500 && status !== 408 && status !== 429 } // it is wrong, not busy. RFC 9110 §15.5
  } catch (error) {
    if (error instanceof RemoteError) return failureOf(error)
    throw error
  }
}
