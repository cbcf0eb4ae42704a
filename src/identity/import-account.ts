/** Importing accounts from another system, with the passwords they have there. */
import { z } from 'zod'
import { replaceMembers } from '../protocol/replace-members.ts'
import { type Account, foldLogin } from './account.ts'
import { type AccountDeps, accountSchema, LoginTaken, newAccount } from './accounts.ts'
import { checkValues } from './attributes.ts'

/** An account to import. Its id in the other system should be its `sub`: tokens carry it, and a second import finds the account by it. */
export const importSchema = accountSchema.extend({
  password_hash: z.string().max(1024).optional().describe('Hash of the password, made by another system'),
  password_is_temporary: z.boolean().default(false).describe('The person must choose a new password at the next sign-in'),
  status: z.enum(['active', 'suspended']).default('active').describe('Whether the person may sign in'),
})
export type Imported = z.output<typeof importSchema>

/** What comes with an account. `sealTotp`: seals the secret of its authenticator app for this subject. */
export interface Belongings {
  /** Ids of groups. */
  groups: readonly string[]
  sealTotp: ((subject: string) => string) | undefined
}

/**
 * Creates an account. Undefined: an account with this `sub` or, without one, with this user name exists already, and stays as it is.
 * Throws `ZodError`, `UnusablePassword` or `LoginTaken`.
 */
export async function importAccount(
  deps: AccountDeps,
  given: Imported,
  { groups, sealTotp }: Belongings = { groups: [], sealTotp: undefined },
): Promise<Account | undefined> {
  if (await isThere(deps, given)) return undefined
  const { password_hash: hash, password_is_temporary: temporary, status, ...input } = given
  const password = { passwordHash: hash && deps.passwords.adopt(hash), passwordIsTemporary: hash !== undefined && temporary }
  const account = { ...newAccount(deps, input, password), status }
  const { subject, createdAt } = account
  const totp = sealTotp && { subject, sealed: sealTotp(subject), lastStep: 0, createdAt }
  if (!(await deps.store.accounts.import({ account, groups, totp })))
    throw new LoginTaken('another account has this sub, user name or email address')
  return account
}

async function isThere({ store }: AccountDeps, { sub, username }: Imported): Promise<boolean> {
  if (sub !== undefined) return (await store.accounts.bySubject(sub)) !== undefined
  const found = await store.accounts.byLogin(foldLogin(username))
  return found !== undefined && foldLogin(found.username) === foldLogin(username)
}

/** The same without writing: new accounts are only remembered, at some 300 bytes each, so that duplicates within a file are found. */
export function dryRun(deps: AccountDeps): AccountDeps {
  const { accounts } = deps.store
  const made = new Map<string, Account>()
  const bySubject = async (subject: string) => made.get(`sub ${subject}`) ?? accounts.bySubject(subject)
  const byLogin = async (folded: string) => made.get(`login ${folded}`) ?? accounts.byLogin(folded)
  const add = async ({ account }: { account: Account }) => {
    const { subject, username, email } = account
    if ((await bySubject(subject)) || (await byLogin(foldLogin(username))) || (email && (await byLogin(foldLogin(email))))) return false
    checkValues(await deps.store.attributes.list(), account.attributes)
    for (const key of keysOf({ ...account, sub: subject })) made.set(key, { ...account, claims: {}, attributes: {} })
    return true
  }
  return { ...deps, store: replaceMembers(deps.store, { accounts: { ...accounts, import: add, bySubject, byLogin } }) }
}

/** What no two accounts may share, in the form in which it is compared: the logins, and the `sub` where it is known. */
export function keysOf({ sub, username, email }: { sub?: string | undefined; username: string; email?: string | undefined }): string[] {
  return [...(sub === undefined ? [] : [`sub ${sub}`]), ...[username, email ?? username].map((login) => `login ${foldLogin(login)}`)]
}
