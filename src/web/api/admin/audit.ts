/** `/api/v1/admin/audit`: who did what when, with what outcome; by page, or exported as JSON Lines. */
import { z } from 'zod'
import { auditEntry } from '../../../identity/audit.ts'
import { type AuditEventType, auditEventTypes } from '../../../protocol/audit-events.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { byTime, page, pageOf, positionOf, time } from './list.ts'

const path = `${administrationPath}/audit` as const

const entry = z
  .object({
    id: z.string(),
    time,
    act: z.string(),
    outcome: z.enum(['success', 'failure']),
    by: z
      .object({ type: z.enum(['user', 'client', 'operator']), id: z.string() })
      .nullable()
      .describe('null: unknown'),
    target: z.object({ type: z.string(), id: z.string() }).nullable(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    request_id: z.string().nullable().describe('As in `x-request-id` and in the log; null: on the command line'),
    address: z.string().nullable().describe('IP address'),
  })
  .meta({ id: 'AuditEntry' })

const id = z.string().max(2000).optional()
const filter = {
  since: z.iso.datetime({ offset: true }).optional().describe('RFC 3339; inclusive'),
  until: z.iso.datetime({ offset: true }).optional().describe('RFC 3339; exclusive'),
  act: z.enum(Object.keys(auditEventTypes) as [AuditEventType, ...AuditEventType[]]).optional(),
  outcome: entry.shape.outcome.optional(),
  by: id.describe('Id of the actor'),
  target: id.describe('Id of the target'),
  about: id.describe('Id of the actor or the target'),
}

const filterSchema = z.strictObject(filter)

function filterOf({ since, until, act, outcome, by, target, about }: z.output<typeof filterSchema>) {
  const seconds = (text: string | undefined) => (text === undefined ? undefined : Math.floor(Date.parse(text) / 1000))
  return { since: seconds(since), until: seconds(until), act, outcome, by, target, about }
}

const keyOf = ({ at, id }: { at: number; id: string }) => `${at}.${id}`

const list = adminRoute(
  'audit:read',
  {
    method: 'GET',
    path,
    summary: 'Search the audit log, newest first',
    query: filterSchema.extend(byTime),
    answer: pageOf(entry),
  },
  async ({ tenant, query }) => {
    const ask = { ...filterOf(query), after: positionOf(query.after), newestFirst: true }
    const read = (limit: number) => tenant.store.audit.search({ ...ask, limit })
    return { answer: await page(query, read, { keyOf, show: auditEntry }) }
  },
)

const exported = adminRoute(
  'audit:read',
  {
    method: 'GET',
    path: `${path}/export`,
    summary: 'The audit log as JSON Lines, oldest first; a Link header with rel="next" leads to the next page (RFC 8288)',
    query: filterSchema.extend({ ...byTime, limit: z.coerce.number().int().min(1).max(5000).default(1000).describe('Page size') }),
    lines: entry,
  },
  async ({ tenant, request, query }) => {
    const ask = { ...filterOf(query), after: positionOf(query.after), newestFirst: false }
    const read = (limit: number) => tenant.store.audit.search({ ...ask, limit })
    const { items, next } = await page(query, read, { keyOf, show: auditEntry })
    if (next === null) return { lines: items }
    const params = new URLSearchParams([...request.params.entries().filter(([name]) => name !== 'after'), ['after', next]])
    return { lines: items, headers: { link: `<${request.url}?${params}>; rel="next"` } }
  },
)

export const auditRoutes: readonly JsonRoute[] = [list, exported]
