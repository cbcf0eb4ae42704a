/** Streams of security events, as their receivers manage them — OpenID Shared Signals Framework 1.0 §8.1.1, §8.1.2. */
import { bearer } from '../../access-token.ts'
import type { AuditEventType } from '../../audit-events.ts'
import { scopesOf } from '../../client.ts'
import { isJsonObject, readJson } from '../../codec/json.ts'
import { refuse } from '../../errors.ts'
import {
  type EventStream,
  eventsSupported,
  minVerificationInterval,
  pollMethod,
  pushMethod,
  streamSchema,
  streamStatuses,
} from '../../event-stream.ts'
import type { Ctx, Endpoint } from '../../feature.ts'
import type { Reply, Request, RequestBody } from '../../request-reply.ts'

export const streamsPath = '/ssf/streams'
export const statusPath = '/ssf/status'
export const pollPath = '/ssf/poll'

type Members = Readonly<Record<string, unknown>>

/** The client of a request with the scope, for which it is still registered: `ssf.manage` includes `ssf.read`. */
export async function receiverOf(ctx: Ctx, request: Request, scope: 'ssf.read' | 'ssf.manage'): Promise<string> {
  if (!ctx.tenant.sharedSignals) refuse('not_found', 'this tenant transmits no shared signals')
  const token = await bearer(ctx, request)
  const client = token.clientId === undefined ? undefined : await ctx.store.clients.find(token.clientId)
  const has = (word: string) => token.scope.includes(word) && client !== undefined && scopesOf(client).includes(word)
  if (!has('ssf.manage') && !has(scope))
    refuse(
      'insufficient_scope',
      'the access token lacks the scope ssf.read or ssf.manage, or its client is not registered for that any more',
    )
  // No single person can allow a client the events of everybody.
  if (token.clientId === undefined || token.subject !== token.clientId)
    return refuse('access_denied', 'streams take only access tokens of the client credentials grant')
  return token.clientId
}

/** A stream of another client is as unknown as one that does not exist. */
export async function streamOf(ctx: Ctx, clientId: string, id: unknown): Promise<EventStream> {
  const found = typeof id === 'string' ? await ctx.store.eventStreams.find(id) : refuse('invalid_request', 'stream_id is missing')
  return found?.clientId === clientId ? found : refuse('not_found', 'this client has no such stream')
}

export function membersOf({ json }: RequestBody): Members {
  const read = readJson(json ?? '')
  return 'value' in read && isJsonObject(read.value) ? read.value : refuse('invalid_request', 'the body is not one JSON object')
}

export const plain = { kind: 'json', headers: { 'cache-control': 'no-store' } } as const

export const streams: Endpoint = {
  path: streamsPath,
  methods: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
  audience: 'program',
  body: 'json',
  async handle(ctx, request, sent) {
    const clientId = await receiverOf(ctx, request, request.method === 'GET' ? 'ssf.read' : 'ssf.manage')
    if (request.method === 'POST') return create(ctx, clientId, membersOf(sent))
    if (request.method === 'GET') return read(ctx, clientId, request)
    if (request.method === 'DELETE') return remove(ctx, await streamOf(ctx, clientId, sent.query().get('stream_id')))
    const members = membersOf(sent)
    const stream = await streamOf(ctx, clientId, members['stream_id'])
    return change(ctx, stream, members, request.method === 'PATCH') // §8.1.1.3, §8.1.1.4
  },
}

async function create(ctx: Ctx, clientId: string, members: Members): Promise<Reply> {
  const stream = readStream(ctx, members, { id: ctx.id(), clientId, status: 'enabled', sealedAuthorization: undefined })
  if (!(await ctx.store.eventStreams.add(stream))) refuse('conflict', 'this client has a stream already; change or delete it') // §8.1.1.1
  return { ...plain, status: 201, body: described(ctx, stream), auditEvents: [done('stream.create', stream)] }
}

/** Without an id, all of the client. §8.1.1.2 */
async function read(ctx: Ctx, clientId: string, { params }: Request): Promise<Reply> {
  const id = params.get('stream_id')
  if (id !== undefined) return { ...plain, status: 200, body: described(ctx, await streamOf(ctx, clientId, id)) }
  const stream = await ctx.store.eventStreams.ofClient(clientId)
  return { ...plain, status: 200, body: stream ? [described(ctx, stream)] : [] }
}

/** `inPart`: members that are absent stay as they are. The authorization header is part of the delivery. */
async function change(ctx: Ctx, before: EventStream, members: Members, inPart: boolean): Promise<Reply> {
  const said = inPart ? { ...requestOf(before), ...members } : members
  const keepsDelivery = inPart && members['delivery'] === undefined
  const stream = readStream(ctx, said, keepsDelivery ? before : { ...before, sealedAuthorization: undefined })
  if (!(await ctx.store.eventStreams.replace(stream, ctx.now()))) refuse('not_found', 'this client has no such stream')
  return { ...plain, status: 200, body: described(ctx, stream), auditEvents: [done('stream.change', stream)] }
}

async function remove(ctx: Ctx, stream: EventStream): Promise<Reply> {
  if (!(await ctx.store.eventStreams.remove(stream.id))) refuse('not_found', 'this client has no such stream')
  return { ...plain, status: 204, auditEvents: [done('stream.remove', stream)] }
}

/** `own`: what the members do not say. */
function readStream(ctx: Ctx, members: Members, own: Pick<EventStream, 'id' | 'clientId' | 'status' | 'sealedAuthorization'>): EventStream {
  const read = streamSchema.safeParse(members)
  if (!read.success) refuse('invalid_request', 'delivery, events_requested or description is not valid', read.error.message)
  const { delivery, events_requested: eventsRequested, description } = read.data
  const isPush = delivery.method === pushMethod
  const header = isPush ? delivery.authorization_header : undefined
  return {
    ...{ id: own.id, clientId: own.clientId, status: own.status, method: delivery.method, eventsRequested, description },
    endpointUrl: isPush ? delivery.endpoint_url : undefined,
    sealedAuthorization: header === undefined ? own.sealedAuthorization : ctx.streamSecrets.seal(own.id, header),
  }
}

/** The members that a PATCH starts from. */
function requestOf({ method, endpointUrl, eventsRequested, description }: EventStream): Members {
  return {
    delivery: { method, ...(endpointUrl !== undefined && { endpoint_url: endpointUrl }) },
    events_requested: eventsRequested,
    ...(description !== undefined && { description }),
  }
}

/** Never with the authorization header, which is the receiver's secret. §8.1.1 */
export function described({ issuer }: Ctx, stream: EventStream): object {
  const { id, clientId, method, endpointUrl, eventsRequested, description } = stream
  return {
    ...{ stream_id: id, iss: issuer, aud: clientId },
    delivery: { method, endpoint_url: method === pollMethod ? `${issuer}${pollPath}/${id}` : endpointUrl },
    events_supported: eventsSupported,
    events_requested: eventsRequested,
    events_delivered: eventsSupported.filter((event) => eventsRequested.includes(event)),
    min_verification_interval: minVerificationInterval,
    ...(description !== undefined && { description }),
  }
}

export const status: Endpoint = {
  path: statusPath,
  methods: ['GET', 'POST'],
  audience: 'program',
  body: 'json',
  async handle(ctx, request, sent) {
    const isRead = request.method === 'GET'
    const clientId = await receiverOf(ctx, request, isRead ? 'ssf.read' : 'ssf.manage')
    if (isRead) {
      const { id, status } = await streamOf(ctx, clientId, request.params.get('stream_id'))
      return { ...plain, status: 200, body: { stream_id: id, status } }
    }
    const members = membersOf(sent)
    const stream = await streamOf(ctx, clientId, members['stream_id'])
    const wanted =
      streamStatuses.find((one) => one === members['status']) ?? refuse('invalid_request', 'status must be enabled, paused or disabled')
    if (!(await ctx.store.eventStreams.setStatus(stream.id, wanted, ctx.now()))) refuse('not_found', 'this client has no such stream')
    return { ...plain, status: 200, body: { stream_id: stream.id, status: wanted }, auditEvents: [done('stream.change', stream)] } // §8.1.2.2
  },
}

function done(act: AuditEventType, { id, clientId }: EventStream) {
  return { act, outcome: 'success', by: { type: 'client', id: clientId }, target: id } as const
}
