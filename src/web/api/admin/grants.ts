/** `/api/v1/admin/grants`: what people have allowed applications. */

import { z } from 'zod'
import { grantedScope } from '../../../protocol/permissions.ts'
import type { ListedGrant } from '../../../protocol/registry.ts'
import { isoTime } from '../../http/iso-time.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { byTime, page, pageOf, positionOf, time } from './list.ts'
import { ownOrManageableAccount } from './people.ts'

const path = `${administrationPath}/grants` as const

const grant = z
  .object({
    id: z.string(),
    user_id: z.string(),
    client_id: z.string(),
    scope: z.string(),
    resource_scope: z.record(z.string(), z.string()).describe('Which of the scopes at which API'),
    authorization_details: z.array(z.record(z.string(), z.json())).describe('RFC 9396, the newest last'),
    created_at: time,
  })
  .meta({ id: 'Grant' })

function shown({ id, subject, clientId, scope, details, createdAt }: ListedGrant): z.input<typeof grant> {
  const authorization_details = details.map((text) => JSON.parse(text))
  return { id, user_id: subject, client_id: clientId, ...grantedScope(scope), authorization_details, created_at: isoTime(createdAt) }
}

const list = adminRoute(
  'grants:read',
  {
    method: 'GET',
    path,
    summary: 'List grants, newest first',
    query: z.strictObject({
      ...byTime,
      user: z.string().max(255).optional().describe('Only those of this account, by its id'),
      client: z.string().max(255).optional().describe('Only those to this client'),
    }),
    answer: pageOf(grant),
  },
  async ({ tenant, query }) => {
    const { user: subject, client: clientId } = query
    const after = positionOf(query.after)
    const start = after && { createdAt: after.at, id: after.id }
    const read = (limit: number) => tenant.store.grantsAdmin.list({ subject, clientId, after: start, limit })
    return { answer: await page(query, read, { keyOf: ({ createdAt, id }) => `${createdAt}.${id}`, show: shown }) }
  },
)

const revoke = adminRoute(
  'grants:write',
  {
    method: 'DELETE',
    path: `${path}/:id`,
    summary: 'Revoke a grant with all its tokens',
    act: 'grant.revoke',
  },
  async ({ tenant, path }, by) => {
    const found = (await tenant.store.grantsAdmin.find(path.id)) ?? problem(404, 'not_found', 'there is no such grant here')
    await ownOrManageableAccount(tenant, by, found.subject)
    await tenant.ctx.store.grants.revoke(found.id, tenant.ctx.now())
    return { detail: { user: found.subject, client: found.clientId } }
  },
)

export const grantRoutes: readonly JsonRoute[] = [list, revoke]
