/** What administrators do to accounts: roles, status, profile, passwords, removal. */
import type { z } from 'zod'
import { mergePatch, mergePatchOf } from '../protocol/merge-patch.ts'
import type { Account } from './account.ts'
import { type AccountDeps, accountSchema, type NewPassword } from './accounts.ts'
import { type Role, roles } from './roles.ts'
import type { Administration } from './store.ts'

/** An administrator, and which accounts they may manage. */
export interface Administrator {
  /** Undefined: a machine or the operator. */
  account: Account | undefined
  /** The roles they may assign, and whose holders they may manage. */
  manageable: readonly Role[]
}

/** The operator of the server, at the command line. */
export const operator: Administrator = { account: undefined, manageable: roles }

/** The result of an administrator's change: the account as it is now, or why nothing was changed. */
export type Administered = Account | Refused
type Refused = 'unknown' | 'out of reach' | 'taken'

const writtenSchema = accountSchema.pick({ username: true, email: true, claims: true, attributes: true })

/** The members of an account to change. */
export const accountChangeSchema = mergePatchOf(writtenSchema) as z.ZodType<AccountChange>
export interface AccountChange extends Readonly<Record<string, unknown>> {
  claims?: Readonly<Record<string, unknown>> | undefined | null
}

/** Assigns another account a role, and revokes every token that may state the old one. */
export async function giveRole(deps: AccountDeps, by: Administrator, subject: string, role: Role): Promise<Administered> {
  return by.manageable.includes(role) ? administer(deps, by, subject, () => ({ role })) : 'out of reach'
}

/** Suspends another account, or lets it sign in again. Its sessions end, and its tokens are revoked. */
export async function giveStatus(deps: AccountDeps, by: Administrator, subject: string, status: Account['status']): Promise<Administered> {
  return administer(deps, by, subject, () => ({ status }))
}

/** Sets another account's password. Everything that was signed in with the old one ends. Throws `UnusablePassword`. */
export async function givePassword(deps: AccountDeps, by: Administrator, subject: string, password: NewPassword): Promise<Administered> {
  const passwordHash = await deps.passwords.hash(password.text)
  return administer(deps, by, subject, () => ({ passwordHash, passwordIsTemporary: password.temporary }))
}

/**
 * Changes the profile of another account by a merge patch (RFC 7396). A new email address or telephone number counts as verified only if
 * the change says so. Throws `ZodError`.
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

/** Removes another account with its sessions and grants. */
export async function removeAccount({ store, now }: AccountDeps, by: Administrator, subject: string): Promise<'removed' | Refused> {
  const done = await store.accounts.administer({ by: by.account, subject, within: by.manageable, change: 'removal', now: now() })
  if (done === 'changed') return 'removed'
  return (await store.accounts.bySubject(subject)) ? 'out of reach' : 'unknown'
}

/** May this administrator manage that account? */
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
