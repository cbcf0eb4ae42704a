/** `/api/v1/admin/invitations`: accounts whose owners were invited by mail and have not come yet. */
import { z } from 'zod'
import { isoTime } from '../../http/iso-time.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging, time } from './list.ts'
import { manageableAccount } from './people.ts'

const path = `${administrationPath}/invitations` as const

const invitation = z
  .object({
    id: z.string().describe('Of the account'),
    username: z.string(),
    email: z.string().describe('Where it was sent'),
    expires_at: time,
  })
  .meta({ id: 'Invitation' })

const list = adminRoute(
  'users:read',
  {
    method: 'GET',
    path,
    summary: 'List invitations that are in force; one is sent by creating an account with access invitation',
    query: z.strictObject(paging),
    answer: pageOf(invitation),
  },
  async ({ tenant, query }) => {
    const { links } = tenant.signIn.store
    const read = (limit: number) => links.invitations({ after: query.after, limit, now: tenant.ctx.now() })
    return {
      answer: await page(query, read, {
        keyOf: ({ account }) => account.subject,
        show: ({ link, account: { subject: id, username } }) => ({ id, username, email: link.email, expires_at: isoTime(link.expiresAt) }),
      }),
    }
  },
)

const revoke = adminRoute(
  'users:links',
  { method: 'DELETE', path: `${path}/:id`, summary: 'Revoke an invitation; the account stays', act: 'user.link-remove' },
  async ({ tenant, path: { id } }, by) => {
    const { subject } = await manageableAccount(tenant, by, id)
    if (!(await tenant.signIn.store.links.endInvitation(subject, tenant.ctx.now())))
      problem(404, 'not_found', 'this account has no invitation in force')
    return { detail: { kind: 'invitation' } }
  },
)

export const invitationRoutes: readonly JsonRoute[] = [list, revoke]
