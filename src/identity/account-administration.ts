/** What administrators do to accounts: roles, status, everything that is written in them, their passwords, and their end. */
import type { z } from 'zod'
import { mergePatch, mergePatchOf } from '../protocol/merge-patch.ts'
import type { Account } from './account.ts'
import { type AccountDeps, accountSchema, type NewPassword } from './accounts.ts'
import { type Role, roles } from './roles.ts'
import type { Administration } from './store.ts'

/** Who administers accounts, as far as their reach goes. */
export interface Administrator {
  /** Undefined: no person, but a machine or the operator. */
  account: Account | undefined
  /** The roles they may give, and whose holders they may change. */
  manageable: readonly Role[]
}

/** Whoever runs the server, by the command line. */
export const operator: Administrator = { account: undefined, manageable: roles }

/** What came of an act of an administrator: the account as it is now, or why there is none. */
export type Administered = Account | Refused
type Refused = 'unknown' | 'out of reach' | 'taken'

const writtenSchema = accountSchema.pick({ username: true, email: true, claims: true, attributes: true })

/** What an account shall be from now on. */
export const accountChangeSchema = mergePatchOf(writtenSchema) as z.ZodType<AccountChange>
export interface AccountChange extends Readonly<Record<string, unknown>> {
  claims?: Readonly<Record<string, unknown>> | undefined | null
}

/** Gives another account a role, and takes back every token that may say the old one. */
export async function giveRole(deps: AccountDeps, by: Administrator, subject: string, role: Role): Promise<Administered> {
  return by.manageable.includes(role) ? administer(deps, by, subject, () => ({ role })) : 'out of reach'
}

/** Suspends another account, or lets it sign in again. Its sessions end, and its tokens are taken back. */
export async function giveStatus(deps: AccountDeps, by: Administrator, subject: string, status: Account['status']): Promise<Administered> {
  return administer(deps, by, subject, () => ({ status }))
}

/** Sets another account's password. All that the old one may have let in ends. Throws `UnusablePassword`. */
export async function givePassword(deps: AccountDeps, by: Administrator, subject: string, password: NewPassword): Promise<Administered> {
  const passwordHash = await deps.passwords.hash(password.text)
  return administer(deps, by, subject, () => ({ passwordHash, passwordIsTemporary: password.temporary }))
}

/**
 * Changes what is written in another account, as RFC 7396 has it; an e-mail address or telephone number that is another counts as proven
 * only if the change says so. Throws `ZodError`.
 */
export async function changeAccount(deps: AccountDeps, by: Administrator, subject: string, change: AccountChange): Promise<Administered> {
  return administer(deps, by, subject, (account) => {
    const { username, email, claims, attributes } = mergePatch({ ...account }, change) as unknown as Account
    const unproven = {
      ...(email === account.email ? {} : { email_verified: null }),
      ...(claims?.['phone_number'] === account.claims['phone_number'] ? {} : { phone_number_verified: null }),
    }
    const written = writtenSchema.parse({
      username,
      email,
      claims: mergePatch(claims ?? {}, { ...unproven, ...change.claims }),
      attributes,
    })
    return { username: written.username, email: written.email, claims: written.claims, attributes: written.attributes }
  })
}

/** Removes another account, with its sessions and all it granted. */
export async function removeAccount({ store, now }: AccountDeps, by: Administrator, subject: string): Promise<'removed' | Refused> {
  const done = await store.accounts.administer({ by: by.account, subject, within: by.manageable, change: 'removal', now: now() })
  if (done === 'changed') return 'removed'
  return (await store.accounts.bySubject(subject)) ? 'out of reach' : 'unknown'
}

/** May this administrator act upon that account? */
export function mayManage({ account, manageable }: Administrator, other: Account): boolean {
  return other.subject !== account?.subject && manageable.includes(other.role)
}

async function administer(
  { store, now }: AccountDeps,
  { account: by, manageable }: Administrator,
  subject: string,
  change: Exclude<Administration['change'], 'removal'>,
): Promise<Administered> {
  const outcome = await store.accounts.administer({ by, subject, within: manageable, change, now: now() })
  if (outcome === 'taken') return outcome
  const account = await store.accounts.bySubject(subject)
  if (!account) return 'unknown'
  return outcome === 'changed' ? account : 'out of reach'
}
