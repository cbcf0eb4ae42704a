/** Verification events, and events that receivers fetch — OpenID Shared Signals Framework 1.0 §8.1.4, RFC 8936. */
import { isJsonObject } from '../../codec/json.ts'
import { refuse } from '../../errors.ts'
import { pollMethod, verification } from '../../event-stream.ts'
import type { Endpoint } from '../../feature.ts'
import { securityEventToken } from '../../security-event-token.ts'
import { membersOf, plain, pollPath, receiverOf, streamOf } from './streams.ts'

export const verifyPath = '/ssf/verify'

/** Events of one answer to a poll. */
const mostEvents = 100
/** Tokens that one poll may acknowledge or report. */
const mostTokens = 1000

export const verify: Endpoint = {
  path: verifyPath,
  methods: ['POST'],
  audience: 'program',
  body: 'json',
  async handle(ctx, request, sent) {
    const clientId = await receiverOf(ctx, request, 'ssf.read')
    const { stream_id: id, state } = membersOf(sent)
    const stream = await streamOf(ctx, clientId, id)
    if (state !== undefined && (typeof state !== 'string' || state.length > 1000))
      return refuse('invalid_request', 'state must be a text of at most 1000 characters')
    const event = { stream: stream.id, jti: `${stream.id}.${ctx.id()}`, type: verification, at: ctx.now() }
    if (!(await ctx.store.eventStreams.verify(stream, { ...event, claims: state === undefined ? {} : { state } })))
      refuse('too_many_requests', 'a verification event was asked for a moment ago; wait a second')
    ctx.deliverSoon()
    return { ...plain, status: 204 } // §8.1.4.2
  },
}

export const poll: Endpoint = {
  path: `${pollPath}/:id`,
  methods: ['POST'],
  audience: 'program',
  body: 'json',
  async handle(ctx, request, sent) {
    const clientId = await receiverOf(ctx, request, 'ssf.read')
    const stream = await streamOf(ctx, clientId, sent.path['id'])
    if (stream.method !== pollMethod) refuse('invalid_request', 'the events of this stream are pushed')
    const { maxEvents = mostEvents, ack = [], setErrs = {} } = membersOf(sent)
    if (typeof maxEvents !== 'number' || !Number.isInteger(maxEvents) || maxEvents < 0)
      return refuse('invalid_request', 'maxEvents must be a whole number, 0 or more')
    const reported = reportedBy(setErrs)
    await ctx.store.eventStreams.acknowledge(stream.id, tokensIn(ack)) // RFC 8936 §2.4
    const unusable = await ctx.store.eventStreams.acknowledge(stream.id, Object.keys(reported))
    const limit = Math.min(maxEvents, mostEvents)
    const waiting = stream.status === 'enabled' ? await ctx.store.eventStreams.waiting(stream.id, limit + 1) : []
    const events = waiting.slice(0, limit)
    const sets = await Promise.all(events.map(async (event) => [event.jti, await securityEventToken(ctx, stream, event)] as const))
    return {
      ...plain,
      status: 200,
      body: { sets: Object.fromEntries(sets), ...(waiting.length > limit && { moreAvailable: true }) }, // RFC 8936 §2.3
      auditEvents: unusable.map((jti) => lost(stream.id, jti, reported[jti] as string)), // not what never waited here
    }
  },
}

function lost(stream: string, jti: string, reason: string) {
  return { act: 'stream.lost', outcome: 'failure', target: stream, detail: { token: jti, reason } } as const
}

function tokensIn(ack: unknown): string[] {
  const known = Array.isArray(ack) && ack.length <= mostTokens && ack.every((jti) => typeof jti === 'string' && jti.length <= 200)
  return known ? ack : refuse('invalid_request', 'ack must be a list of at most 1000 token identifiers')
}

/** What the receiver could not use, by `jti`: the error code. RFC 8936 §2.6 */
function reportedBy(setErrs: unknown): Record<string, string> {
  const entries = typeof setErrs === 'object' && setErrs !== null ? Object.entries(setErrs) : []
  tokensIn(entries.map(([jti]) => jti))
  return Object.fromEntries(
    entries.map(([jti, problem]) => {
      const err: unknown = isJsonObject(problem) ? problem['err'] : undefined
      return [jti, typeof err === 'string' && /^[a-z_]{1,50}$/.test(err) ? err : 'unknown']
    }),
  )
}
