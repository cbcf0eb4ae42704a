/** `/api/v1/admin/sessions`: browser sessions. */
import { z } from 'zod'
import type { ListedSession } from '../../../identity/account.ts'
import { isoTime } from '../../http/iso-time.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { byTime, page, pageOf, positionOf, time } from './list.ts'
import { ownOrManageableAccount } from './people.ts'

const path = `${administrationPath}/sessions` as const

const session = z
  .object({
    id: z.string().describe('The `sid` of its ID tokens'),
    user_id: z.string(),
    username: z.string(),
    device: z.string().nullable().describe('Browser and system'),
    address: z.string().nullable().describe('IP address of the last use'),
    acr: z.string(),
    amr: z.array(z.string()).describe('How the person signed in, RFC 8176'),
    created_at: time,
    last_seen_at: time,
    expires_at: time,
  })
  .meta({ id: 'Session' })

function shown({
  sid,
  subject,
  username,
  acr,
  amr,
  device,
  address,
  createdAt,
  lastSeenAt,
  expiresAt,
}: ListedSession): z.input<typeof session> {
  const times = { created_at: isoTime(createdAt), last_seen_at: isoTime(lastSeenAt), expires_at: isoTime(expiresAt) }
  return { id: sid, user_id: subject, username, device: device ?? null, address: address ?? null, acr, amr: [...amr], ...times }
}

const list = adminRoute(
  'sessions:read',
  {
    method: 'GET',
    path,
    summary: 'List sessions, newest first',
    query: z.strictObject({ ...byTime, user: z.string().max(255).optional().describe('Only those of this account, by its id') }),
    answer: pageOf(session),
  },
  async ({ tenant, query }) => {
    const { store, lifetimes } = tenant.signIn
    const now = tenant.ctx.now()
    const after = positionOf(query.after)
    const start = after && { createdAt: after.at, sid: after.id }
    const read = (limit: number) => store.sessions.list({ subject: query.user, after: start, limit, usedSince: now - lifetimes.idle, now })
    return { answer: await page(query, read, { keyOf: ({ createdAt, sid }) => `${createdAt}.${sid}`, show: shown }) }
  },
)

const end = adminRoute(
  'sessions:write',
  { method: 'DELETE', path: `${path}/:id`, summary: 'End a session', act: 'session.end' },
  async ({ tenant, path }, by) => {
    const { sessions } = tenant.signIn.store
    const found = (await sessions.bySid(path.id)) ?? problem(404, 'not_found', 'there is no such session here')
    await ownOrManageableAccount(tenant, by, found.subject)
    await sessions.end({ subject: found.subject, sid: found.sid })
    return { detail: { user: found.subject } }
  },
)

const endAll = adminRoute(
  'sessions:write',
  {
    method: 'DELETE',
    path: `${administrationPath}/users/:id/sessions`,
    summary: 'End all sessions of an account',
    act: 'user.sign-out',
  },
  async ({ tenant, path }, by) => {
    const { subject } = await ownOrManageableAccount(tenant, by, path.id)
    await tenant.signIn.store.sessions.end({ subject })
    return {}
  },
)

export const sessionRoutes: readonly JsonRoute[] = [list, end, endAll]
