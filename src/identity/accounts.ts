/** Creating and changing accounts. */
import { z } from 'zod'
import { maxAccessTokenLifetime } from '../protocol/client.ts'
import { emailAddress } from '../protocol/email-address.ts'
import { identifier, line, text, webUrl } from '../protocol/text.ts'
import { type Account, foldName } from './account.ts'
import { isShallow } from './attributes.ts'
import type { PasswordCheck } from './crypto.ts'
import type { AccountNotice } from './links.ts'
import { roles } from './roles.ts'
import type { IdentityStore } from './store.ts'

const label = line(500)
const url = webUrl()

/** OpenID Connect Core §5.1.1: the first two may have several lines. */
const address = z.strictObject({
  formatted: text(500).optional(),
  street_address: text(500).optional(),
  locality: label.optional(),
  region: label.optional(),
  postal_code: label.optional(),
  country: label.optional(),
})

/** The standard claims an account can store; `sub`, `preferred_username`, `email` and `updated_at` are computed from the account. Core §5.1. */
export const claimsSchema = z.strictObject({
  name: label.optional().describe('Full name, as displayed'),
  given_name: label.optional(),
  family_name: label.optional(),
  middle_name: label.optional(),
  nickname: label.optional(),
  profile: url.optional().describe('Profile page'),
  picture: url.optional(),
  website: url.optional(),
  gender: label.optional(),
  birthdate: z
    .string()
    .regex(/^\d{4}(-\d{2}-\d{2})?$/, 'must be YYYY-MM-DD or YYYY')
    .optional(),
  zoneinfo: label.optional().describe('Time zone, such as Europe/Paris'),
  locale: label.optional().describe('Language tag, such as en-GB'),
  email_verified: z.boolean().optional(),
  phone_number: z
    .string()
    .regex(/^\+[1-9]\d{5,14}(;ext=\d{1,7})?$/, 'must be an international number such as +12025550123')
    .optional(),
  phone_number_verified: z.boolean().optional(),
  address: address.optional(),
})

/** A user name that people may choose: none looks like an email address, which may be another's. */
export const ownUsername = z
  .string()
  .trim()
  .regex(/^[^\s@\p{C}]{1,80}$/u, 'must be 1 to 80 characters without spaces or @')
  .refine((name) => !/[\s@]/.test(foldName(name)), 'must be 1 to 80 characters without spaces or @') // nor what is compared as one

export const accountSchema = z.strictObject({
  sub: identifier(255).optional().describe('Subject identifier; random when absent, never changed'),
  username: z
    .string()
    .trim()
    .regex(/^(?:[^\s\p{C}]|(?<! ) ){1,254}$/u, 'must be 1 to 254 characters, with single spaces at most')
    .describe('The name to sign in with'),
  email: emailAddress().optional().describe('Email address; can be used to sign in, too'),
  role: z.enum(roles).default('viewer').describe('Permissions at the API of the tenant'),
  claims: claimsSchema.default({}).describe('Standard claims'),
  attributes: z
    .record(z.string(), z.unknown().refine(isShallow, 'must be text, a number, true, false or a list of texts'))
    .default({})
    .describe('Attributes that the tenant has defined, by name'),
})
export type NewAccount = z.input<typeof accountSchema>

/** Another account of this tenant has the subject, user name or email address. */
export class LoginTaken extends Error {
  override readonly name = 'LoginTaken'
}

/** Dependencies of creating and changing accounts. */
export interface AccountDeps {
  store: IdentityStore
  passwords: Pick<PasswordCheck, 'hash' | 'adopt'>
  now(): number
  id(): string
  /** As in `SignInDeps`. */
  notify(news: AccountNotice, account: Account): Promise<void>
}

/** A password for an account. `temporary`: the person must choose a new one at the first sign-in. */
export interface NewPassword {
  text: string
  temporary: boolean
}

/** A password imported as the hash that another system made. */
export interface ImportedPassword {
  hash: string
  temporary: boolean
}

/** Creates an account. Without a password nobody can sign in to it yet. Throws `ZodError`, `UnusablePassword` or `LoginTaken`. */
export async function createAccount(
  deps: AccountDeps,
  input: NewAccount,
  password: NewPassword | ImportedPassword | undefined,
): Promise<Account> {
  const { store, passwords } = deps
  const checked = accountSchema.parse(input)
  const passwordHash = password && ('hash' in password ? passwords.adopt(password.hash) : await passwords.hash(password.text))
  const account = newAccount(deps, checked, { passwordHash, passwordIsTemporary: password?.temporary ?? false })
  if (!(await store.accounts.add(account))) throw new LoginTaken('another account has this sub, user name or email address')
  return account
}

/** An account that is not stored yet. Throws `ZodError`. */
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
 * Sets the password that the owner chose, if the account still has the hash it has here, and notifies the owner by mail. Every session
 * ends, and every refresh token is revoked except those of family `keep`. Returns the new hash; undefined: the password was changed
 * meanwhile. Throws `UnusablePassword`.
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

/** Suspends or resumes an account. Its sessions, grants, links and known devices end. */
export async function setStatus({ store, now }: AccountDeps, subject: string, status: Account['status']): Promise<void> {
  await store.accounts.change(subject, { status, updatedAt: now() })
}
