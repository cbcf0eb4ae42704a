/** Accounts and what belongs to them, as stored: data, and the few functions that every user of it needs. */
import type { Values } from './attributes.ts'
import type { Role } from './roles.ts'

/** A person as kept. Times in seconds since the epoch. */
export interface Account {
  /** The `sub` of every token: random, never reused, never changed. */
  subject: string
  /** As shown. Compared folded (see `foldLogin`), unique in its tenant. */
  username: string
  /** As shown. Compared folded, unique in its tenant. */
  email: string | undefined
  passwordHash: string | undefined
  /** Set by somebody else: the person must choose an own one before anything else. */
  passwordIsTemporary: boolean
  /** Standard claims of OpenID Connect Core §5.1 but sub, preferred_username and email, which have columns of their own. */
  claims: Readonly<Record<string, unknown>>
  /** By the names that the tenant has defined; see `attributes.ts`. */
  attributes: Values
  status: 'active' | 'suspended'
  /** What the person may do at the API of the tenant. */
  role: Role
  createdAt: number
  updatedAt: number
}

/** A browser's sign-in as kept: the cookie value only as a hash. */
export interface SessionRow {
  hash: string
  /** Public id, the `sid` of ID tokens. */
  sid: string
  subject: string
  authTime: number
  acr: string
  amr: readonly string[]
  createdAt: number
  lastSeenAt: number
  expiresAt: number
  /** Browser and system, in words; undefined when they are not known. */
  device: string | undefined
  /** IP address of its last use that was noted. */
  address: string | undefined
}

/** What an account has allowed an application. */
export interface Access {
  /** Of the grant. */
  id: string
  clientId: string
  scope: readonly string[]
  createdAt: number
  /** When a refresh token of it was last used, as far as that is kept. */
  usedAt: number | undefined
}

/** A session as it is shown to administrators, with the user name of its owner. */
export type ListedSession = SessionRow & { username: string }

/** What a link in a mail is for. */
export type LinkKind = 'reset' | 'invitation' | 'verification' | 'email-change'

/** A link as kept: only as a hash. */
export interface Link {
  hash: string
  kind: LinkKind
  subject: string
  /** Where it was sent. */
  email: string
  expiresAt: number
}

/** An account that waits for its address to be proven. Until then it is none, and nobody has its login. */
export interface SignUp {
  /** Of the text in the link. */
  hash: string
  /** Absent: the person chose none. */
  username?: string | undefined
  /** Where the link was sent. */
  email: string
  passwordHash: string
  claims: Account['claims']
  attributes?: Values | undefined
  /** Hash of the browser at which it was asked for; absent when a program asked. */
  browser?: string | undefined
  expiresAt: number
}

/** The form in which logins are compared and kept: NFKC, lower case, no outer space. */
export function foldLogin(login: string): string {
  return login.normalize('NFKC').trim().toLowerCase()
}

/** What the person signs in with and is called by: the user name, or the address where none was chosen; then the subject stands in its place. */
export function loginOf({ subject, username, email }: Pick<Account, 'subject' | 'username' | 'email'>): string {
  return username === subject ? (email ?? username) : username
}

export function isActive(account: Account): boolean {
  return account.status === 'active'
}
