/** Accounts as the administration API shows them, and refusals of changes to one. */
import { z } from 'zod'
import { type Account, accountStatuses } from '../../../identity/account.ts'
import { type Administered, type Administrator, mayManage } from '../../../identity/account-administration.ts'
import { claimsSchema } from '../../../identity/accounts.ts'
import { roles } from '../../../identity/roles.ts'
import { isoTime } from '../../http/iso-time.ts'
import type { WebTenant } from '../../http/route.ts'
import { problem } from '../problem.ts'
import { time } from './list.ts'

export const role = z.enum(roles)
export const status = z.enum(accountStatuses)

export const user = z
  .object({
    id: z.string().describe('The `sub` of its tokens'),
    username: z.string(),
    email: z.string().nullable(),
    role,
    status,
    has_password: z.boolean(),
    password_is_temporary: z.boolean().describe('The person must choose their own at the next sign-in'),
    claims: claimsSchema.describe('Standard claims, OpenID Connect Core §5.1'),
    attributes: z.record(z.string(), z.unknown()).describe('Those that the tenant defines, by name'),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'User' })

/** Everything but the password's hash. */
export function shownUser(account: Account): z.input<typeof user> {
  const { subject, username, email = null, role, status, passwordHash, passwordIsTemporary, createdAt, updatedAt } = account
  return {
    id: subject,
    username,
    email,
    role,
    status,
    has_password: passwordHash !== undefined,
    password_is_temporary: passwordIsTemporary,
    claims: account.claims,
    attributes: account.attributes,
    created_at: isoTime(createdAt),
    updated_at: isoTime(updatedAt),
  }
}

/** The account after the change. Refuses if there was none. */
export function administered<Done>(outcome: Done | Exclude<Administered, Account>): Done {
  if (outcome === 'unknown') problem(404, 'not_found', 'there is no such account here')
  if (outcome === 'out of reach')
    problem(403, 'access_denied', 'you cannot change your own account or those with a higher role, or give a higher role than yours')
  if (outcome === 'taken') problem(409, 'invalid_request', 'another account has this user name or email address')
  return outcome as Done
}

/** Refuses if there is none. */
export async function findAccount({ accounts }: WebTenant, id: string): Promise<Account> {
  return (await accounts.store.accounts.bySubject(id)) ?? administered<Account>('unknown')
}

/** An account that this caller may change. */
export async function manageableAccount(tenant: WebTenant, by: Administrator, id: string): Promise<Account> {
  const account = await findAccount(tenant, id)
  return mayManage(by, account) ? account : administered<Account>('out of reach')
}

/** Or the caller's own, for what people may do to their own account, such as ending sessions. */
export async function ownOrManageableAccount(tenant: WebTenant, by: Administrator, id: string): Promise<Account> {
  return by.account?.subject === id ? by.account : manageableAccount(tenant, by, id)
}
