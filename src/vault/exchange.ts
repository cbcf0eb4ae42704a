/** Tokens of the vault for clients that are registered for them: the person's newest entry of a connection. */
import { UpstreamError } from '../connections/upstream-error.ts'
import { Unavailable } from '../protocol/errors.ts'
import type { UpstreamToken, UpstreamTokens } from '../protocol/remote.ts'
import type { VaultDeps } from './deps.ts'
import type { VaultEntry } from './entry.ts'
import { accessTokenOf } from './vend.ts'
import { ConsentNeeded, type VendedToken } from './vended.ts'

/** How often the use of an entry by one client is noted, in seconds. */
const notedOnceIn = 60

/** Scopes that say who the person is or how long it lasts; what a token lets a client do is in the others. */
const harmless = ['openid', 'offline_access']

export function upstreamTokens(deps: VaultDeps): UpstreamTokens {
  return {
    async token({ subject, clientId, connection, scope, minTtl }) {
      const found = await deps.connections.store.connections.find(connection)
      if (!found?.enabled || !found.vault.enabled) return 'none'
      const entries = await deps.store.vault.of({ type: 'account', id: subject }, connection)
      const entry = entries.find(({ state }) => state === 'active') ?? entries[0]
      if (!entry) return 'none'
      if (!isWithin(entry.scope, scope)) return 'scope' // before the provider is asked for what would not be given
      return given(deps, entry, { clientId, scope, minTtl })
    },
  }
}

function isWithin(words: readonly string[], scope: readonly string[]): boolean {
  return words.every((word) => scope.includes(word) || harmless.includes(word))
}

/** Of what an application brought, only the answer to a refresh tells the scope, and may leave it out. A refresh may also change it. RFC 6749 §5.1 */
function mayHave(entry: VaultEntry, token: VendedToken, scope: readonly string[]): boolean {
  const isUnknown = entry.kind === 'refresh' && token.scope.length === 0
  return !isUnknown && isWithin(token.scope, scope)
}

interface AskedBy {
  clientId: string
  /** What the client may have. */
  scope: readonly string[]
  minTtl: number | undefined
}

async function given(
  deps: VaultDeps,
  entry: VaultEntry,
  { clientId, scope, minTtl }: AskedBy,
): Promise<UpstreamToken | 'none' | 'scope' | 'consent'> {
  const { store, now } = deps
  try {
    const token = await accessTokenOf(deps, entry.id, minTtl)
    if (!token) return 'none'
    if (!mayHave(entry, token, scope)) return 'scope'
    const noted = await store.vault.used({ id: entry.id, by: clientId, now: now(), atMostEvery: notedOnceIn })
    const expiresIn = token.expiresAt === undefined ? undefined : token.expiresAt - now()
    return { accessToken: token.accessToken, expiresIn, scope: token.scope, entry: entry.id, noted }
  } catch (error) {
    if (error instanceof ConsentNeeded) return 'consent'
    if (error instanceof UpstreamError) throw new Unavailable(error.message, 60, error)
    throw error
  }
}
