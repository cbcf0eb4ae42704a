/** `/api/v1/admin/event-streams`: the streams of security events that applications made. */
import { z } from 'zod'
import { type EventStream, minVerificationInterval, streamStatuses, verification } from '../../../protocol/event-stream.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging } from './list.ts'

const path = `${administrationPath}/event-streams` as const
const oneStream = `${path}/:id` as const

const shownStream = z
  .object({
    stream_id: z.string(),
    client_id: z.string(),
    status: z.enum(streamStatuses),
    method: z.string().describe('urn:ietf:rfc:8935: pushed; urn:ietf:rfc:8936: fetched'),
    endpoint_url: z.string().optional(),
    events_requested: z.array(z.string()),
    description: z.string().optional(),
  })
  .meta({ id: 'EventStream' })

const list = adminRoute(
  'streams:read',
  { method: 'GET', path, summary: 'List streams of security events', query: z.strictObject(paging), answer: pageOf(shownStream) },
  async ({ tenant, query }) => {
    const { after } = query
    const read = (limit: number) => tenant.store.eventStreams.list({ ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ id }) => id, show: shown }) }
  },
)

const show = adminRoute(
  'streams:read',
  { method: 'GET', path: oneStream, summary: 'Show one stream of security events', answer: shownStream },
  async ({ tenant, path }) => ({ answer: shown(await findStream(tenant, path.id)) }),
)

const verify = adminRoute(
  'streams:write',
  { method: 'POST', path: `${oneStream}/verify`, summary: 'Send a stream a verification event' },
  async ({ tenant, path }) => {
    const { ctx } = tenant
    const stream = await findStream(tenant, path.id)
    const event = { stream: stream.id, jti: `${stream.id}.${ctx.id()}`, type: verification, at: ctx.now(), claims: {} }
    if (!(await tenant.store.eventStreams.verify(stream, event)))
      problem(429, 'too_many_requests', `a stream is verified once in ${minVerificationInterval} second`)
    ctx.deliverSoon()
    return {}
  },
)

const remove = adminRoute(
  'streams:write',
  { method: 'DELETE', path: oneStream, summary: 'Remove a stream with the events that wait in it', act: 'stream.remove' },
  async ({ tenant, path }) => {
    if (!(await tenant.store.eventStreams.remove(path.id))) noSuchStream()
    return {}
  },
)

function shown({ id, clientId, status, method, endpointUrl, eventsRequested, description }: EventStream) {
  return {
    stream_id: id,
    client_id: clientId,
    status,
    method,
    endpoint_url: endpointUrl,
    events_requested: [...eventsRequested],
    description,
  }
}

async function findStream({ store }: WebTenant, id: string): Promise<EventStream> {
  return (await store.eventStreams.find(id)) ?? noSuchStream()
}

function noSuchStream(): never {
  return problem(404, 'not_found', 'there is no such stream here')
}

export const streamRoutes: readonly JsonRoute[] = [list, show, verify, remove]
