/** How often a password may be tried and a mail asked for — NIST SP 800-63B-4 §3.2.2, in words and numbers equal for accounts that exist and those that do not. */

import { networkOf } from '../protocol/ip-address.ts'
import { isKnownDevice } from './devices.ts'
import type { SignInDeps } from './sign-in.ts'
import { type Bucket, foldLogin } from './types.ts'

/** Who tries. */
export interface AttemptSource {
  /** As typed. */
  login: string
  /** IP address. */
  address: string
  /** What the browser brought as its device cookie. */
  device: string | undefined
}

/** A try that was counted. `wait`: it must not be made, but may be after so many seconds. */
export interface Attempt {
  wait: number | undefined
  /** To be called when it came to a good end, so that it counts for nothing. */
  succeeded(): Promise<void>
}

const window = 900
const day = 86_400
/** Failures at one account in a day, from all browsers that are not known to it. §3.2.2 */
const maxPerDay = 100
/** Mails that are sent to one account in a quarter of an hour. */
const maxMails = 3

/** Counts a try at a password before it is made, so that many at once cannot slip through. At a known device only its own tries count. */
export async function countSignIn(deps: SignInDeps, { login, address, device }: AttemptSource, now: number): Promise<Attempt> {
  const { store, limits, pseudonym } = deps
  const who = pseudonym(foldLogin(login))
  if (await isKnownDevice(deps, device, login, now)) {
    const own = { name: `device:${who}:${pseudonym(device as string)}`, limit: limits.account, window }
    return { wait: await waitFor(deps, [own], now), succeeded: () => store.attempts.clear([own.name]) }
  }
  const account = [
    { name: `account:${who}`, limit: limits.account, window },
    { name: `account-day:${who}`, limit: maxPerDay, window: day },
  ]
  const others = { address: { name: `address:${networkOf(address)}`, limit: limits.address, window }, tenant: tenantBucket(limits) }
  return {
    wait: await waitFor(deps, [others.address, ...account, others.tenant], now),
    async succeeded() {
      await store.attempts.clear(account.map(({ name }) => name))
      await store.attempts.giveBack([others.address.name, others.tenant.name])
    },
  }
}

/**
 * Counts a try at a code of one account. Codes are short, so here every browser counts, known ones too; whoever tries has given the right
 * password already.
 */
export async function countCode(deps: SignInDeps, subject: string, now: number): Promise<Attempt> {
  const { store, limits, pseudonym } = deps
  const who = pseudonym(subject)
  const buckets = [
    { name: `code:${who}`, limit: limits.account, window },
    { name: `code-day:${who}`, limit: maxPerDay, window: day },
  ]
  return { wait: await waitFor(deps, buckets, now), succeeded: () => store.attempts.clear(buckets.map(({ name }) => name)) }
}

/** Counts a request for a mail. Returns how many seconds to wait; undefined: go on. */
export function countMail(deps: SignInDeps, who: Omit<AttemptSource, 'device'>, now: number): Promise<number | undefined> {
  return waitFor(deps, mailBuckets(deps, 'mail', who), now)
}

/** Counts a sign-up, which costs a hash and may send a mail. Returns how many seconds to wait; undefined: go on. */
export function countSignUp(deps: SignInDeps, who: Omit<AttemptSource, 'device'>, now: number): Promise<number | undefined> {
  return waitFor(deps, mailBuckets(deps, 'sign-up', who), now)
}

/** Counts the making of a tenant where anyone may make one. Returns how many seconds to wait; undefined: go on. */
export function countTenantCreation(deps: SignInDeps, address: string, now: number): Promise<number | undefined> {
  return waitFor(deps, [{ name: `tenant-address:${networkOf(address)}`, limit: deps.limits.address, window }], now)
}

/** Counts a flow, which is stored although nobody has signed in yet. Returns how many seconds to wait; undefined: go on. */
export function countFlow(deps: SignInDeps, address: string, now: number): Promise<number | undefined> {
  return waitFor(deps, [{ name: `flow-address:${networkOf(address)}`, limit: deps.limits.flows, window }], now)
}

/** Mails to one account are few, whatever they are for. */
function mailBuckets(
  { limits, pseudonym }: SignInDeps,
  kind: 'mail' | 'sign-up',
  { login, address }: Omit<AttemptSource, 'device'>,
): Bucket[] {
  return [
    { name: `${kind}-address:${networkOf(address)}`, limit: limits.address, window },
    { name: `mail:${pseudonym(foldLogin(login))}`, limit: maxMails, window },
    { ...tenantBucket(limits), name: `${kind}-tenant` },
  ]
}

async function waitFor({ store }: Pick<SignInDeps, 'store'>, buckets: readonly Bucket[], now: number): Promise<number | undefined> {
  const until = await store.attempts.count(buckets, now)
  return until && until - now
}

function tenantBucket(limits: SignInDeps['limits']): Bucket {
  return { name: 'tenant', limit: limits.tenant, window }
}
