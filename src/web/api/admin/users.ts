/** `/api/v1/admin/users`: the people of a tenant. */
import { z } from 'zod'
import {
  accountChangeSchema,
  changeAccount,
  givePassword,
  giveRole,
  giveStatus,
  removeAccount,
} from '../../../identity/account-administration.ts'
import { accountSchema, createAccount, LoginTaken, type NewPassword } from '../../../identity/accounts.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { type Caller, rightsOfCaller } from '../caller.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { mailable, sendOrSay } from './links.ts'
import { byOffset, nextOf, pageOf } from './list.ts'
import { administered, findAccount, role, shownUser, status, user } from './people.ts'

const path = `${administrationPath}/users` as const
const oneUser = `${path}/:id` as const

const list = adminRoute(
  'users:read',
  {
    method: 'GET',
    path,
    summary: 'List and search accounts',
    query: z.strictObject({
      ...byOffset,
      search: z.string().max(254).optional().describe('Part of the user name or email address, case-insensitive'),
      status: status.optional(),
      role: role.optional(),
      sort: z.enum(['email', '-email', 'username', '-username', 'role', '-role', 'created_at', '-created_at']).default('created_at'),
    }),
    answer: pageOf(user).extend({ total: z.int().describe('On all pages') }),
  },
  async ({ tenant, query }) => {
    const { after: offset, sort, ...rest } = query
    const ask = { ...rest, sort: sort.replace('-', '') as 'email', descending: sort.startsWith('-'), offset }
    const { accounts, total } = await tenant.accounts.store.accounts.search(ask)
    const next = nextOf(offset, accounts.length, total)
    return { answer: { items: accounts.map(shownUser), next, total } }
  },
)

const access = z
  .enum(['none', 'invitation', 'temporary_password'])
  .default('none')
  .describe(
    'How the person can sign in first: not at all; by a link in a mail; with a password that is shown only once and works for one sign-in',
  )

const create = adminRoute(
  'users:write',
  {
    method: 'POST',
    path,
    summary: 'Create an account',
    body: accountSchema
      .omit({ sub: true })
      .extend({ id: accountSchema.shape.sub, access })
      .meta({
        examples: [{ username: 'grace', email: 'grace@example.com', claims: { name: 'Grace Hopper' }, access: 'temporary_password' }],
      }),
    answer: user.extend({
      temporary_password: z.string().optional(),
      invitation_sent: z.boolean().optional().describe('false: the mail server did not accept the mail; send another link later'),
    }),
    status: 201,
    act: 'user.create',
  },
  async ({ tenant, body }, by) => {
    const { id: sub, access, ...account } = body
    if (account.role !== 'viewer') mayGive(by, account.role)
    const invite = access === 'invitation' ? mailable(tenant, account.email) : undefined
    const password = access === 'temporary_password' ? temporary(tenant) : undefined
    const made = await createAccount(tenant.accounts, { ...account, sub }, password).catch((error: unknown) => {
      if (error instanceof LoginTaken) administered('taken')
      throw error
    })
    const sent = invite && { invitation_sent: await sendOrSay(invite, 'invitation', made) }
    const shown = password && { temporary_password: password.text }
    return { answer: { ...shownUser(made), ...sent, ...shown }, target: made.subject, detail: { role: made.role, access } }
  },
)

/** Creating an account with a role is giving the role. */
function mayGive(by: Caller, given: z.output<typeof role>): void {
  if (!rightsOfCaller(by).includes('roles:write') || !by.manageable.includes(given)) administered('out of reach')
}

function temporary(tenant: WebTenant): NewPassword {
  return { text: tenant.readablePassword(), temporary: true }
}

const show = adminRoute(
  'users:read',
  { method: 'GET', path: oneUser, summary: 'Show one account', answer: user },
  async ({ tenant, path }) => ({ answer: shownUser(await findAccount(tenant, path.id)) }),
)

const change = adminRoute(
  'users:write',
  {
    method: 'PATCH',
    path: oneUser,
    summary: 'Change user name, email address, claims or attributes of another account: absent members stay, null removes (RFC 7396)',
    body: accountChangeSchema.meta({ examples: [{ email: 'grace@example.org', claims: { locale: 'en-GB', website: null } }] }),
    answer: user,
    act: 'user.change',
  },
  async ({ tenant, body, path }, by) => {
    const outcome = await changeAccount(tenant.accounts, by, path.id, body)
    return { answer: shownUser(administered(outcome)), detail: { fields: Object.keys(body).join(' ') } }
  },
)

const remove = adminRoute(
  'users:write',
  { method: 'DELETE', path: oneUser, summary: 'Delete another account with everything that belongs to it', act: 'user.remove' },
  async ({ tenant, path }, by) => {
    administered(await removeAccount(tenant.accounts, by, path.id))
    return {}
  },
)

const setStatus = adminRoute(
  'users:suspend',
  {
    method: 'PUT',
    path: `${oneUser}/status`,
    summary: 'Suspend or resume another account',
    body: z.strictObject({ status }),
    answer: user,
    act: 'user.status',
  },
  async ({ tenant, body, path }, by) => ({
    answer: shownUser(administered(await giveStatus(tenant.accounts, by, path.id, body.status))),
    detail: { status: body.status },
  }),
)

const setRole = adminRoute(
  'roles:write',
  {
    method: 'PUT',
    path: `${oneUser}/role`,
    summary: 'Give another account a role, at most your own',
    body: z.strictObject({ role }),
    answer: user,
    act: 'user.role',
  },
  async ({ tenant, body, path }, by) => ({
    answer: shownUser(administered(await giveRole(tenant.accounts, by, path.id, body.role))),
    detail: { role: body.role },
  }),
)

const setTemporaryPassword = adminRoute(
  'users:write',
  {
    method: 'POST',
    path: `${oneUser}/temporary-password`,
    summary: 'Create a password for one sign-in; all sessions and tokens end',
    answer: z.object({ password: z.string().describe('Shown only once') }),
    act: 'user.password',
  },
  async ({ tenant, path }, by) => {
    const password = temporary(tenant)
    administered(await givePassword(tenant.accounts, by, path.id, password))
    return { answer: { password: password.text } }
  },
)

export const userRoutes: readonly JsonRoute[] = [list, create, show, change, remove, setStatus, setRole, setTemporaryPassword]
