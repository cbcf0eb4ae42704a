/** One refresh of an entry under a lease: the successor is stored before anybody gets the access token — RFC 9700 §4.14.2. */
import type { UpstreamTokens } from '../connections/authorization.ts'
import type { Connection } from '../connections/connection.ts'
import { refresh } from '../connections/tokens.ts'
import { UpstreamError } from '../connections/upstream-error.ts'
import { Unavailable } from '../protocol/errors.ts'
import type { VaultDeps } from './deps.ts'
import type { KeptTokens, VaultEntry } from './entry.ts'
import { dueAt, sealTokens } from './tokens.ts'
import { ConsentNeeded, type VendedToken } from './vended.ts'

interface Leased {
  entry: VaultEntry
  tokens: KeptTokens
  connection: Connection
  /** Number of the lease. */
  lease: number
}

/** How long until an entry that could not be refreshed is tried again although nobody asks, in seconds. */
const retryAfter = 3600

/** Why there is none: the provider failed, sent what cannot be used, or refuses the tokens. */
type Failure = Unavailable | UpstreamError | ConsentNeeded

/** The new access token. 'again': the entry was renewed by another meanwhile. */
export async function renewed(deps: VaultDeps, leased: Leased): Promise<VendedToken | 'again' | Failure> {
  const { entry, connection } = leased
  try {
    const answer = await refreshedUpstream(deps, leased)
    deps.backOff.succeeded(connection.name)
    return (await stored(deps, leased, answer)) ? vended(entry, answer) : 'again'
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return failed(deps, leased, error)
  }
}

/** With the present refresh token; when the provider does not know it, with the one before, which it may still hold for the present one. */
async function refreshedUpstream(deps: VaultDeps, { entry, tokens, connection }: Leased): Promise<UpstreamTokens> {
  const subject = entry.upstreamSubject
  const present = await refresh(deps.connections, connection, { refreshToken: tokens.refresh as string, subject }).catch(
    (error: unknown) => {
      const isUnknown = error instanceof UpstreamError && error.failure === 'consent'
      if (isUnknown && tokens.previous !== undefined) return undefined
      throw error
    },
  )
  return present ?? refresh(deps.connections, connection, { refreshToken: tokens.previous as string, subject })
}

/** False when another renewed the entry meanwhile. The version decides, not the lease: an answer that comes late is still the newest there is. */
function stored(deps: VaultDeps, { entry, tokens, connection }: Leased, answer: UpstreamTokens): Promise<boolean> {
  const { store, now } = deps
  const successor = answer.refreshToken ?? tokens.refresh
  const rotated = successor !== tokens.refresh
  const kept = { refresh: successor, ...(rotated ? { previous: tokens.refresh } : {}), access: answer.accessToken }
  return store.vault.renew({
    id: entry.id,
    from: entry.version,
    sealed: sealTokens(deps, { ...entry, version: entry.version + 1 }, kept),
    scope: scopeOf(entry, answer),
    accessExpiresAt: answer.expiresAt,
    refreshAt: dueAt(deps, { refreshToken: successor, refreshExpiresAt: answer.refreshExpiresAt, idle: connection.vault.offline_idle }),
    now: now(),
  })
}

const scopeOf = (entry: VaultEntry, { scope }: UpstreamTokens) => scope?.split(' ').filter(Boolean) ?? entry.scope

function vended(entry: VaultEntry, answer: UpstreamTokens): VendedToken {
  return { accessToken: answer.accessToken, expiresAt: answer.expiresAt, scope: scopeOf(entry, answer) }
}

/** A refusal ends the entry until the person is asked again, so that it is asked for once and not in a storm; all else leaves it as it was. */
async function failed(deps: VaultDeps, { entry, lease }: Leased, error: UpstreamError): Promise<'again' | Failure> {
  const { store, now, backOff } = deps
  const { id, version, connection } = entry
  const isOver = error.failure === 'consent'
  const state = isOver ? 'consent-needed' : 'active'
  const refreshAt = isOver || entry.refreshAt === undefined ? undefined : Math.max(entry.refreshAt, now() + retryAfter)
  const released = await store.vault.release({ id, lease, version, state, refreshAt })
  deps.warn({ connection, entry: id, why: error.message }, 'an upstream token could not be refreshed')
  if (isOver && !released) return 'again'
  if (isOver) {
    await deps.recordAudit([{ act: 'vault.lost', outcome: 'failure', target: id, detail: { connection } }])
    return new ConsentNeeded(error.message)
  }
  const pause = backOff.failed(connection)
  return error.failure === 'unavailable' ? new Unavailable(error.message, pause) : error
}
