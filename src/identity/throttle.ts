/**
 * Attempts at passwords and codes, and requests for mail: what is counted, for whom, and what ends the count — NIST SP 800-63B-4 §3.2.2.
 * Limits and answers are the same for accounts that exist and those that do not.
 */

import { networkOf } from '../protocol/ip-address.ts'
import { type Account, foldLogin } from './account.ts'
import { isKnownDevice } from './devices.ts'
import type { SignInDeps } from './sign-in.ts'
import type { Bucket } from './store.ts'

/** Where an attempt comes from. */
export interface AttemptSource {
  /** As typed. */
  login: string
  /** IP address. */
  address: string
  /** Value of the device cookie. */
  device: string | undefined
}

/** `wait`: nothing was checked; retry after so many seconds. `result`: what the check returned; undefined: it failed. */
export interface Attempt<T> {
  wait: number | undefined
  result: T | undefined
}

const window = 900
const day = 86_400
/** Failures at one account in a day, and at one known device of it. NIST SP 800-63B-4 §3.2.2 */
const maxPerDay = 100
/** Mails of one kind to one account or address in a quarter of an hour. */
const maxMails = 3

/**
 * Checks a password, unless there were too many attempts. An account has one count, whichever login names it; so has a login without an
 * account. At a known device only its own attempts count. `check` returns undefined when the password is wrong.
 */
export async function attemptPassword<T>(
  deps: SignInDeps,
  source: AttemptSource,
  now: number,
  check: () => Promise<T | undefined>,
): Promise<Attempt<T>> {
  return attempt(deps, await bucketsOf(deps, source, now), now, check)
}

/** Checks a code of one account. Codes are short, and each attempt follows a right password: every browser counts, known ones too. */
export async function attemptCode<T>(
  deps: SignInDeps,
  subject: string,
  now: number,
  check: () => Promise<T | undefined>,
): Promise<Attempt<T>> {
  const who = deps.pseudonym(subject)
  const own = [
    { name: `code:${who}`, limit: deps.limits.account, window },
    { name: `code-day:${who}`, limit: maxPerDay, window: day },
  ]
  return attempt(deps, { first: [], own, last: [] }, now, check)
}

/** Wrong user codes from one address in a quarter of an hour. RFC 8628 §5.1 */
const maxUserCodes = 20

/** Checks a code that a device shows. Of those that are guessed, few are tried. */
export async function attemptUserCode<T>(
  deps: SignInDeps,
  address: string,
  now: number,
  check: () => Promise<T | undefined>,
): Promise<Attempt<T>> {
  const first = [{ name: `user-code-address:${networkOf(address)}`, limit: maxUserCodes, window }]
  const last = [{ name: 'user-code-tenant', limit: deps.limits.tenant, window }]
  return attempt(deps, { first, own: [], last }, now, check)
}

/** Counted in this order. Success clears `own`, and gives the others their attempt back. */
interface Counted {
  first: readonly Bucket[]
  own: readonly Bucket[]
  last: readonly Bucket[]
}

async function bucketsOf(deps: SignInDeps, { login, address, device }: AttemptSource, now: number): Promise<Counted> {
  const { store, limits, pseudonym } = deps
  const subject = (await store.accounts.byLogin(foldLogin(login)))?.subject
  const who = pseudonym(subject === undefined ? `login ${foldLogin(login)}` : `account ${subject}`)
  const pair = (kind: string, of: string): Bucket[] => [
    { name: `${kind}:${of}`, limit: limits.account, window, subject },
    { name: `${kind}-day:${of}`, limit: maxPerDay, window: day, subject },
  ]
  if (await isKnownDevice(deps, device, login, now))
    return { first: [], own: pair('device', `${who}:${pseudonym(device as string)}`), last: [] }
  return {
    first: [{ name: `address:${networkOf(address)}`, limit: limits.address, window }],
    own: pair('account', who),
    last: [{ name: 'tenant', limit: limits.tenant, window }],
  }
}

/** Counts before the check, so that concurrent attempts cannot slip through. A check that could not be made does not count. */
async function attempt<T>(
  { store: { attempts } }: Pick<SignInDeps, 'store'>,
  { first, own, last }: Counted,
  now: number,
  check: () => Promise<T | undefined>,
): Promise<Attempt<T>> {
  const until = await attempts.count([...first, ...own, ...last], now)
  if (until !== undefined) return { wait: until - now, result: undefined }
  const [ownNames, others] = [own.map(({ name }) => name), [...first, ...last].map(({ name }) => name)]
  try {
    const result = await check()
    if (result === undefined) return { wait: undefined, result }
    await attempts.clear(ownNames)
    if (others.length > 0) await attempts.giveBack(others)
    return { wait: undefined, result }
  } catch (error) {
    await attempts.giveBack([...ownNames, ...others])
    throw error
  }
}

/** What a mail is for. Each purpose has its own count, so that one cannot exhaust another. */
export type MailPurpose = 'reset' | 'sign-up' | 'verification' | 'email-change' | 'connection'

/** Counts a request for a mail, for each login as typed and for the network address. Returns how many seconds to wait; undefined: none. */
export async function countMail(
  { store, limits, pseudonym }: SignInDeps,
  purpose: MailPurpose,
  { logins, address }: { logins: readonly string[]; address: string },
  now: number,
): Promise<number | undefined> {
  const kind = purpose === 'sign-up' ? 'sign-up' : 'mail'
  const buckets = [
    { name: `${kind}-address:${networkOf(address)}`, limit: limits.address, window },
    ...new Set(logins.map(foldLogin)).values().map((login) => ({ name: `${purpose}:${pseudonym(login)}`, limit: maxMails, window })),
    { name: `${kind}-tenant`, limit: limits.tenant, window },
  ]
  const until = await store.attempts.count(buckets, now)
  return until && until - now
}

/** Counts a reset mail for the account, whichever login named it; false when there were too many. Called after the response. */
export async function mayReset({ store, pseudonym }: SignInDeps, { subject }: Account, now: number): Promise<boolean> {
  return (await store.attempts.count([{ name: `reset-account:${pseudonym(subject)}`, limit: maxMails, window }], now)) === undefined
}

/** Counts the creation of a tenant where anyone may create one. Returns how many seconds to wait; undefined: none. */
export function countTenantCreation(deps: SignInDeps, address: string, now: number): Promise<number | undefined> {
  return waitFor(deps, { name: `tenant-address:${networkOf(address)}`, limit: deps.limits.address, window }, now)
}

/** Counts a flow, which is stored although nobody has signed in yet. How many seconds to wait; undefined: go on. */
export function countFlow(deps: SignInDeps, address: string, now: number): Promise<number | undefined> {
  return waitFor(deps, { name: `flow-address:${networkOf(address)}`, limit: deps.limits.flows, window }, now)
}

/** Counts a client that registers itself. How many seconds to wait; undefined: go on. */
export function countRegistration(deps: SignInDeps, address: string, now: number): Promise<number | undefined> {
  return waitFor(deps, { name: `registration-address:${networkOf(address)}`, limit: deps.limits.registrations, window: day }, now)
}

async function waitFor({ store }: SignInDeps, bucket: Bucket, now: number): Promise<number | undefined> {
  const until = await store.attempts.count([bucket], now)
  return until && until - now
}
