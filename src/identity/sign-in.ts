/** Signing in with a password, and the session that follows. */
import type { People, Tokens } from '../protocol/ports.ts'
import type { Request } from '../protocol/request-reply.ts'
import type { UpstreamSignIn } from '../protocol/upstream-sign-in.ts'
import { type Account, foldLogin, isActive } from './account.ts'
import type { FactorCrypto, PasswordCheck } from './crypto.ts'
import { deviceName } from './device-name.ts'
import type { AccountNotice } from './links.ts'
import type { IdentityStore } from './store.ts'

/** How long a browser stays signed in, in seconds. */
export interface SessionLifetimes {
  readonly idle: number
  readonly absolute: number
}

/** Limits of attempts in 15 minutes. */
export interface Limits {
  readonly account: number
  readonly address: number
  readonly tenant: number
  /** Flows begun at one address. */
  readonly flows: number
  /** Clients that registered themselves from one address in a day. */
  readonly registrations: number
}

export interface SignInDeps {
  store: IdentityStore
  tokens: Tokens
  passwords: PasswordCheck
  factorCrypto: FactorCrypto
  /** Name of the tenant, for authenticator apps. */
  name: string
  /** 'required': no sign-in completes without one. */
  secondFactor: 'optional' | 'required'
  lifetimes: SessionLifetimes
  limits: Limits
  /** Replaces a text that must not be stored: the same for the same text. */
  pseudonym(text: string): string
  /** Providers that people can sign in through, in the order of their buttons. */
  upstreams: People['upstreams']
  /** Which account here is connected with one at such a provider. */
  subjectOfUpstream: People['subjectOfUpstream']
  /** A new public id. */
  id(): string
  /** Tells the owner of an account of a request that waits for them. False: there is no way to reach them. */
  tellOfRequest(account: Account, about: Parameters<People['tellOfRequest']>[1]): Promise<boolean>
  /** Tells the owner of an account by mail, where that is possible. Resolves once the mail is stored. */
  notify(news: AccountNotice, account: Account): Promise<void>
}

type PasswordCheckDeps = Pick<SignInDeps, 'store' | 'passwords' | 'pseudonym'>

/**
 * The account of this login if the password is right and it is active. Takes as long when it is not, and does not tell why: an account that
 * does not exist or has no password costs what another's hash costs, and always the same one's, since imported hashes take longer or
 * shorter than ours.
 */
export async function checkPassword(deps: PasswordCheckDeps, login: string, password: string): Promise<Account | undefined> {
  const { store, passwords, pseudonym } = deps
  const folded = foldLogin(login)
  const [account, decoy] = await Promise.all([store.accounts.byLogin(folded), store.accounts.anyPasswordHash(pseudonym(folded))])
  const right = await passwords.verify(password, account?.passwordHash ?? decoy)
  if (!right || !account?.passwordHash || !isActive(account)) return undefined
  if (!passwords.needsRehash(account.passwordHash)) return account
  const passwordHash = await passwords.hash(password)
  const rehashed = await store.accounts.rehash(account.subject, account.passwordHash, passwordHash)
  return rehashed ? { ...account, passwordHash } : checkPassword(deps, login, password) // it was changed meanwhile
}

/** Most accounts signed in at one browser. */
const maxSessions = 4

/**
 * Starts a session for this account and ends the one it had at this browser. Returns the session ids for the browser's cookie, the new one
 * first: always a new id, whatever the browser sent. Undefined, and nothing is done, when the password was changed or the account suspended
 * meanwhile.
 */
export async function startSession(
  { store, tokens, lifetimes, id }: SignInDeps,
  account: Account,
  brought: readonly { id: string; subject: string }[],
  how: {
    acr: string
    amr: readonly string[]
    authTime: number
    upstream?: UpstreamSignIn | undefined
    now: number
    from: Pick<Request, 'headers' | 'address'>
  },
): Promise<string[] | undefined> {
  const { acr, amr, authTime, upstream, now, from } = how
  const sessionId = tokens.make('ss')
  const others = brought.filter((s) => s.subject !== account.subject)
  const remaining = others.slice(0, maxSessions - 1)
  const replaced = brought.filter((s) => !remaining.includes(s)).flatMap((s) => tokens.hash('ss', s.id) ?? [])
  const session = {
    hash: tokens.hash('ss', sessionId) as string,
    sid: id(),
    subject: account.subject,
    authTime,
    acr,
    amr,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + lifetimes.absolute,
    device: deviceName(String(from.headers['user-agent'] ?? '')),
    address: from.address,
    upstream,
  }
  const started = await store.sessions.start(session, account.passwordHash, replaced)
  return started ? [sessionId, ...remaining.map((s) => s.id)] : undefined
}
