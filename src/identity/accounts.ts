/** Making and changing accounts. */
import { z } from 'zod'
import { maxAccessTokenLifetime } from '../protocol/client.ts'
import type { Account } from './account.ts'
import { isShallow } from './attributes.ts'
import type { PasswordCheck } from './crypto.ts'
import type { AccountNotice } from './links.ts'
import { plainLine, plainLines, plainUrl } from './plain-text.ts'
import { roles } from './roles.ts'
import type { IdentityStore } from './store.ts'

const text = plainLine(500)
/** Postal addresses have lines. OpenID Connect Core §5.1.1 */
const lines = plainLines(500)

/** OpenID Connect Core §5.1.1. */
const address = z.strictObject({
  formatted: lines.optional(),
  street_address: lines.optional(),
  locality: text.optional(),
  region: text.optional(),
  postal_code: text.optional(),
  country: text.optional(),
})

/** The standard claims a person can have; `sub`, `preferred_username`, `email` and `updated_at` come from the account itself. Core §5.1. */
export const claimsSchema = z.strictObject({
  name: text.optional().describe('Full name, as it is shown'),
  given_name: text.optional(),
  family_name: text.optional(),
  middle_name: text.optional(),
  nickname: text.optional(),
  profile: plainUrl.optional().describe('Profile page'),
  picture: plainUrl.optional(),
  website: plainUrl.optional(),
  gender: text.optional(),
  birthdate: z
    .string()
    .regex(/^\d{4}(-\d{2}-\d{2})?$/, 'must be YYYY-MM-DD or YYYY')
    .optional(),
  zoneinfo: text.optional().describe('Time zone, such as Europe/Paris'),
  locale: text.optional().describe('Language tag, such as en-GB'),
  email_verified: z.boolean().optional(),
  phone_number: z
    .string()
    .regex(/^\+[1-9]\d{5,14}(;ext=\d{1,7})?$/, 'must be an international number such as +12025550123')
    .optional(),
  phone_number_verified: z.boolean().optional(),
  address: address.optional(),
})

export const accountSchema = z.strictObject({
  sub: z
    .string()
    .regex(/^(?!\.{1,2}$)[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters, and neither . nor ..') // those two are steps of a path
    .optional()
    .describe('Subject identifier; made at random when absent, never changed'),
  username: z
    .string()
    .trim()
    .regex(/^[^\s@\p{C}]{1,80}$/u, 'must be 1 to 80 characters without spaces or @')
    .describe('What the person signs in with'),
  email: z.email().max(254).optional().describe('E-mail address; can be signed in with too'),
  role: z.enum(roles).default('viewer').describe('What the person may do at the API of the tenant'),
  claims: claimsSchema.default({}).describe('Standard claims'),
  attributes: z
    .record(z.string(), z.unknown().refine(isShallow, 'must be text, a number, true, false or a list of texts'))
    .default({})
    .describe('What the tenant has defined beside them, by name'),
})
export type NewAccount = z.input<typeof accountSchema>

/** Another account of this tenant has the subject, user name or e-mail address. */
export class LoginTaken extends Error {
  override readonly name = 'Taken'
}

/** What making an account takes. */
export interface AccountDeps {
  store: IdentityStore
  passwords: Pick<PasswordCheck, 'hash' | 'adopt'>
  now(): number
  id(): string
  /** As for signing in. */
  notify(news: AccountNotice, account: Account): Promise<void>
}

/** A password for an account. `temporary`: the person must choose an own one at the first sign-in. */
export interface NewPassword {
  text: string
  temporary: boolean
}

/** The password that a person has elsewhere, as it was hashed there. */
export interface ImportedPassword {
  hash: string
  temporary: boolean
}

/** Makes an account. Without a password nobody can sign in to it yet. Throws `ZodError`, `UnusablePassword` or `Taken`. */
export async function createAccount(
  deps: AccountDeps,
  input: NewAccount,
  password: NewPassword | ImportedPassword | undefined,
  status: Account['status'] = 'active',
): Promise<Account> {
  const { store, passwords } = deps
  const checked = accountSchema.parse(input)
  const passwordHash = password && ('hash' in password ? passwords.adopt(password.hash) : await passwords.hash(password.text))
  const account = { ...newAccount(deps, checked, { passwordHash, passwordIsTemporary: password?.temporary ?? false }), status }
  if (!(await store.accounts.add(account))) throw new LoginTaken('another account has this sub, user name or e-mail address')
  return account
}

/** An account, kept nowhere yet. Throws `ZodError`. */
export function newAccount(
  { now, id }: Pick<AccountDeps, 'now' | 'id'>,
  input: NewAccount,
  password: Pick<Account, 'passwordHash' | 'passwordIsTemporary'>,
): Account {
  const { sub, username, email, role, claims, attributes } = accountSchema.parse(input)
  const at = now()
  return { subject: sub ?? id(), username, email, ...password, claims, attributes, status: 'active', role, createdAt: at, updatedAt: at }
}

/**
 * Sets the password that the owner chose, if the account still has the one it has here, or still none, and tells the owner by mail. Every
 * session ends, and every refresh token is revoked but those of family `keep`. The new hash; undefined: it was changed meanwhile. Throws
 * `UnusablePassword`.
 */
export async function replacePassword(
  { store, passwords, now, notify }: AccountDeps,
  account: Account,
  text: string,
  keep?: string,
): Promise<string | undefined> {
  const { subject, passwordHash: from } = account
  const [to, at] = [await passwords.hash(text), now()]
  if (!(await store.accounts.replacePassword({ subject, from, to, keep, now: at, until: at + maxAccessTokenLifetime }))) return undefined
  await notify({ kind: 'password-changed' }, account)
  return to
}

/** Suspends or resumes. A suspended account has no sessions, and none of its tokens is good for anything. False when there is none. */
export async function setStatus({ store, now }: AccountDeps, subject: string, status: Account['status']): Promise<boolean> {
  return (await store.accounts.change(subject, { status, updatedAt: now() })) === 'changed'
}
