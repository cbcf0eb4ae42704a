/** Accounts and what belongs to them, as stored: data, and the few functions that every user of it needs. */
import { asciiDomain } from '../protocol/codec/domain.ts'
import { withAsciiDomain } from '../protocol/email-address.ts'
import type { UpstreamSignIn } from '../protocol/upstream-sign-in.ts'
import type { Values } from './attributes.ts'
import type { Role } from './roles.ts'

export const accountStatuses = ['active', 'suspended'] as const
export type AccountStatus = (typeof accountStatuses)[number]

/** An account. Times in seconds since the epoch. */
export interface Account {
  /** The `sub` of every token: random, never reused, never changed. */
  subject: string
  /** As displayed. Compared folded (see `foldLogin`), unique in its tenant. */
  username: string
  /** As displayed. Compared folded, unique in its tenant. */
  email: string | undefined
  passwordHash: string | undefined
  /** Set by someone else: the person must choose a new one before anything else. */
  passwordIsTemporary: boolean
  /** Standard claims of OpenID Connect Core §5.1, except sub, preferred_username and email, which are members of the account. */
  claims: Readonly<Record<string, unknown>>
  /** By the names the tenant has defined; see `attributes.ts`. */
  attributes: Values
  status: AccountStatus
  /** What the person may do at the API of the tenant. */
  role: Role
  createdAt: number
  updatedAt: number
}

/** A browser session. The cookie value is stored only as a hash. */
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
  /** Browser and operating system, in words; undefined when unknown. */
  device: string | undefined
  /** IP address of the last recorded use. */
  address: string | undefined
  /** The sign-in at another provider that it came from, while it is being started. */
  upstream?: UpstreamSignIn | undefined
}

/** A grant as its owner sees it. */
export interface Access {
  /** Grant id. */
  id: string
  clientId: string
  scope: readonly string[]
  /** Authorization details, as JSON texts. */
  details: readonly string[]
  createdAt: number
  /** When one of its refresh tokens was last used, if one is still stored. */
  usedAt: number | undefined
}

/** A session as administrators see it, with its owner's user name. */
export type ListedSession = SessionRow & { username: string }

/** What a link in a mail is for. */
export type LinkKind = 'reset' | 'invitation' | 'verification' | 'email-change' | 'connection'

/** What a link of kind connection connects, and where it was asked for: it works nowhere else. */
export interface ConnectByLink {
  connection: string
  /** As the provider names the person. */
  upstreamSubject: string
  /** The account there, for people. */
  label?: string | undefined
  /** Id of the flow, which belongs to one browser. */
  flow: string
  /** Fingerprint of the account: any change of it ends the link. */
  account: string
}

/** A link. Its token is stored only as a hash. */
export interface Link {
  hash: string
  kind: LinkKind
  subject: string
  /** The address it was sent to. */
  email: string
  expiresAt: number
  /** Of kind connection only. */
  connect?: ConnectByLink | undefined
}

/** A sign-up whose address is not verified yet. Until then there is no account, and its login is free. */
export interface SignUp {
  /** Hash of the token in the link. */
  hash: string
  /** Absent: no user name was chosen. */
  username?: string | undefined
  /** The address the link was sent to. */
  email: string
  passwordHash: string
  claims: Account['claims']
  attributes?: Values | undefined
  /** Hash of the browser that asked for it; absent when a program did. */
  browser?: string | undefined
  expiresAt: number
}

/** The form in which logins are compared and stored: as names, and the domain of an address in ASCII. */
export function foldLogin(login: string): string {
  return withAsciiDomain(foldName(login))
}

/** The form in which part of an email address is sought: stored ones have the ASCII form of their domain. */
export function foldAddressPart(text: string): string {
  const folded = foldLogin(text)
  return asciiDomain(folded) ?? folded
}

/** The form in which names are compared: NFKC, lower case, without outer space. */
export function foldName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase()
}

/** The user name, or the email address where none was chosen: then the user name is the subject. */
export function loginOf({ subject, username, email }: Pick<Account, 'subject' | 'username' | 'email'>): string {
  return username === subject ? (email ?? username) : username
}

export function isActive(account: Account): boolean {
  return account.status === 'active'
}

/** All that is told of an account that is active; undefined of one that is not. */
export function claimsOf(account: Account): Readonly<Record<string, unknown>> | undefined {
  if (!isActive(account)) return undefined
  const { subject, claims, attributes, username, email, role, updatedAt } = account
  const verified = email === undefined ? undefined : (claims['email_verified'] ?? false)
  return {
    ...claims,
    preferred_username: username === subject ? undefined : username,
    email,
    email_verified: verified,
    role,
    attributes,
    updated_at: updatedAt,
  }
}
