/** Handing out access tokens of providers: the one that is kept, or a fresh one — RFC 6749 §6, RFC 9700 §4.14. */
import type { Connection } from '../connections/connection.ts'
import { UpstreamError } from '../connections/upstream-error.ts'
import { Unavailable } from '../protocol/errors.ts'
import type { VaultDeps } from './deps.ts'
import type { KeptTokens, VaultEntry } from './entry.ts'
import { renewed } from './renew.ts'
import { openTokens } from './tokens.ts'
import { ConsentNeeded, type Refreshed, type VendedToken } from './vended.ts'

/** An access token has at least so many seconds left, unless more are asked for. */
const usualMinTtl = 30

/** How long a refresh may take in all, in seconds: longer than the timeouts of its requests together. */
const leaseSeconds = 45
/** How often another's refresh is looked at, in milliseconds, and how many times. */
const lookEvery = 100
const looks = 250

/**
 * An access token of this entry that lasts `minTtl` more seconds. When the provider is down, the kept one if it lasts at all. Rejects with
 * `ConsentNeeded`, `UpstreamError`, or `Unavailable` with the time after which to ask again. Undefined: the entry is gone.
 */
export async function accessTokenOf(deps: VaultDeps, id: string, minTtl = usualMinTtl): Promise<VendedToken | undefined> {
  const entry = await deps.store.vault.find(id)
  if (!entry) return undefined
  const connection = await connectionOf(deps, entry)
  const tokens = await openTokens(deps, entry)
  return keptToken(deps, entry, tokens, minTtl) ?? (await shared(deps, entry, connection, minTtl)).token
}

/** Refreshes the entry although its access token may last. For entries whose refresh token would expire. Undefined: the entry is gone. */
export async function keepAlive(deps: VaultDeps, id: string): Promise<void> {
  const entry = await deps.store.vault.find(id)
  if (entry?.state !== 'active') return
  const connection = await connectionOf(deps, entry)
  await shared(deps, entry, connection, Number.POSITIVE_INFINITY)
}

/** Proves at the provider that the tokens are good. Rejects as `accessTokenOf` does, also when the kept one lasts. */
export async function refreshNow(deps: VaultDeps, entry: VaultEntry): Promise<void> {
  const { failed } = await shared(deps, entry, await connectionOf(deps, entry), Number.POSITIVE_INFINITY)
  if (failed) throw failed
}

async function connectionOf({ connections }: VaultDeps, entry: VaultEntry): Promise<Connection> {
  const connection = await connections.store.connections.find(entry.connection)
  if (!connection?.enabled || !connection.vault.enabled)
    throw new UpstreamError('configuration', `connection ${entry.connection} does not hand out tokens`)
  return connection
}

/** The access token that is kept, if it lasts long enough. One without an end lasts. */
function keptToken({ now }: VaultDeps, entry: VaultEntry, { access }: KeptTokens, minTtl: number): VendedToken | undefined {
  if (access === undefined || entry.state !== 'active') return undefined
  const { accessExpiresAt: expiresAt, scope } = entry
  if (expiresAt !== undefined && expiresAt < now() + minTtl) return undefined
  return minTtl === Number.POSITIVE_INFINITY ? undefined : { accessToken: access, expiresAt, scope }
}

/** All callers of this process share one refresh of an entry, and its result. */
function shared(deps: VaultDeps, entry: VaultEntry, connection: Connection, minTtl: number): Promise<Refreshed> {
  const { underWay } = deps
  const found = underWay.get(entry.id)
  if (found !== undefined) return found
  const refreshing = refreshed(deps, entry.id, connection, minTtl).finally(() => underWay.delete(entry.id))
  underWay.set(entry.id, refreshing)
  return refreshing
}

/** Leases the entry and refreshes it, or waits for who does. */
async function refreshed(deps: VaultDeps, id: string, connection: Connection, minTtl: number): Promise<Refreshed> {
  const { store, now } = deps
  const first = await store.vault.find(id)
  for (let look = 0; look < looks; look++) {
    const entry = look === 0 ? first : await store.vault.find(id)
    if (!entry) throw new ConsentNeeded('the entry was removed')
    const tokens = await openTokens(deps, entry)
    // Who waited for another's refresh takes what came of it, however soon it expires.
    const kept = keptToken(deps, entry, tokens, entry.version === first?.version ? minTtl : 0)
    if (kept) return { token: kept }
    if (entry.state !== 'active') throw new ConsentNeeded('the provider refused the tokens')
    if (tokens.refresh === undefined) return orKept(deps, entry, tokens, new ConsentNeeded('there is no refresh token'))
    const wait = deps.backOff.wait(entry.connection)
    if (wait !== undefined) return orKept(deps, entry, tokens, new Unavailable('the provider failed a moment ago', wait))
    const lease = await store.vault.lease({ id, version: entry.version, now: now(), until: now() + leaseSeconds })
    const outcome = lease === undefined ? 'again' : await renewed(deps, { entry, tokens, connection, lease })
    if (outcome instanceof Error) return orKept(deps, entry, tokens, outcome)
    if (outcome !== 'again') return { token: outcome }
    if (lease === undefined) await deps.pause(lookEvery)
  }
  throw new Unavailable('a refresh of this entry takes long', leaseSeconds)
}

/** The kept token, if it lasts at all: it is better than an error. */
function orKept(deps: VaultDeps, entry: VaultEntry, tokens: KeptTokens, failed: Error): Refreshed {
  const token = keptToken(deps, entry, tokens, 1)
  if (token) return { token, failed }
  throw failed
}
