/** `/api/v1/admin/users/:id/factors`: second factors, and their removal for people who have lost them. */
import { z } from 'zod'
import { removeFactors } from '../../../identity/factors.ts'
import { isoTime } from '../../http/iso-time.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { time } from './list.ts'
import { findAccount, manageableAccount } from './people.ts'

const path = `${administrationPath}/users/:id/factors` as const

const show = adminRoute(
  'users:read',
  {
    method: 'GET',
    path,
    summary: 'Show the second factors of an account, without their secrets',
    answer: z.object({
      totp: z.object({ created_at: time }).nullable().describe('An authenticator app'),
      passkeys: z.array(z.object({ name: z.string(), created_at: time })),
      recovery_codes: z.int().describe('How many are left'),
    }),
  },
  async ({ tenant, path }) => {
    const { subject } = await findAccount(tenant, path.id)
    const { factors, passkeys } = tenant.signIn.store
    const { totp, recoveryCodes } = await factors.of(subject)
    const keys = (await passkeys.of(subject)).map(({ name, createdAt }) => ({ name, created_at: isoTime(createdAt) }))
    return { answer: { totp: totp ? { created_at: isoTime(totp.createdAt) } : null, passkeys: keys, recovery_codes: recoveryCodes } }
  },
)

const remove = adminRoute(
  'users:write',
  {
    method: 'DELETE',
    path,
    summary: 'Remove all second factors of another person who has lost them; all sessions end',
    act: 'user.factor-remove',
  },
  async ({ tenant, path }, by) => {
    const account = await manageableAccount(tenant, by, path.id)
    if (!(await removeFactors(tenant.signIn, account))) problem(404, 'not_found', 'this account has no second factor')
    return { detail: { factor: 'all' } }
  },
)

export const factorRoutes: readonly JsonRoute[] = [show, remove]
