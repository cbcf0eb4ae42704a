/** A refresh token that an application brings for a person: one for each owner and connection, under the same id each time. */
import type { Connection } from '../connections/connection.ts'
import { Unavailable } from '../protocol/errors.ts'
import type { VaultDeps } from './deps.ts'
import type { Owner } from './entry.ts'
import { keepTokens } from './keep.ts'
import { dueAt, sealTokens } from './tokens.ts'

interface Brought {
  connection: Connection
  owner: Owner
  refreshToken: string
  /** Of the program that brought it. */
  session: string
}

/** Returns the id under which the program knows it. */
export async function replaceRefreshToken(deps: VaultDeps, brought: Brought): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const id = await replaced(deps, brought)
    if (id !== undefined) return id
  }
  throw new Unavailable('the entry changes all the time')
}

/** Undefined: another request changed it at this moment. */
async function replaced(deps: VaultDeps, { connection, owner, refreshToken, session }: Brought): Promise<string | undefined> {
  const { store, now } = deps
  const tokenId = await store.vault.tokenIdOf({ owner, connection: connection.name, kind: 'refresh', session: undefined })
  const entry = tokenId && (await store.vault.find(tokenId.entry))
  const due = dueAt(deps, { refreshToken, refreshExpiresAt: undefined, idle: connection.vault.offline_idle })
  if (!entry) {
    const tokens = {
      accessToken: undefined,
      refreshToken,
      expiresAt: undefined,
      refreshExpiresAt: undefined,
      scope: undefined,
      session: undefined,
    }
    const person = owner.type === 'upstream' ? { subject: owner.id, claims: {} } : undefined
    const kept = await keepTokens(deps, { connection, owner, kind: 'refresh', tokens, person, scope: '', session })
    return kept === 'refused' ? undefined : kept.tokenId
  }
  const renewed = await store.vault.renew({
    id: entry.id,
    from: entry.version,
    sealed: sealTokens(deps, { ...entry, version: entry.version + 1 }, { refresh: refreshToken }),
    scope: [], // not known until it is refreshed
    accessExpiresAt: undefined,
    refreshAt: due,
    now: now(),
  })
  return renewed ? tokenId.id : undefined
}
