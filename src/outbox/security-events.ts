/** Security events in the outbox, pushed to the receivers of streams — RFC 8935. */
import { pollMethod, type StreamEvent } from '../protocol/event-stream.ts'
import type { Ctx } from '../protocol/feature.ts'
import { RemoteError } from '../protocol/remote-error.ts'
import { securityEventToken } from '../protocol/security-event-token.ts'
import type { Channel, Failure } from './delivery.ts'
import { failureOf } from './failure.ts'

/** `ctxOf`: the rules of a tenant; undefined while it is suspended. */
export function securityEventChannel(ctxOf: (tenant: string) => Promise<Ctx | undefined>): Channel<StreamEvent> {
  return {
    name: 'security event',
    read: ({ content }) => ({ content: JSON.parse(content as string) }),
    receiver: ({ stream }, { tenant }) => `stream ${tenant} ${stream}`,
    async send(event, { tenant }) {
      const ctx = await ctxOf(tenant)
      return ctx ? push(ctx, event) : { reason: 'tenant suspended' }
    },
    loss: (_, event) => ({ act: 'stream.lost', target: event?.stream, detail: { ...(event && { token: event.jti }) } }),
    about: ({ stream }) => ({ stream }),
  }
}

/** Nothing is sent, and nothing is lost, where the stream, its client or the feature is gone. */
async function push(ctx: Ctx, event: StreamEvent): Promise<Failure | undefined> {
  const stream = await ctx.store.eventStreams.find(event.stream)
  if (!stream || stream.status === 'disabled' || !ctx.tenant.sharedSignals) return undefined
  if (stream.status === 'paused') return { reason: 'stream paused' }
  if (stream.method === pollMethod) return { reason: 'stream polled' }
  const sealed = stream.sealedAuthorization
  const authorization = sealed === undefined ? undefined : await ctx.streamSecrets.open(stream.id, sealed)
  if (sealed !== undefined && authorization === undefined) return { reason: 'no key' }
  const body = await securityEventToken(ctx, stream, event)
  if (body === undefined) return undefined
  const headers = {
    ...{ 'content-type': 'application/secevent+jwt', accept: 'application/json' }, // §2.1
    ...(authorization !== undefined && { authorization }),
  }
  try {
    return failureOf((await ctx.remote.request({ url: stream.endpointUrl as string, method: 'POST', headers, body })).status)
  } catch (error) {
    if (error instanceof RemoteError) return failureOf(error)
    throw error
  }
}
