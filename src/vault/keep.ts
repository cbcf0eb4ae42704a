/** Putting tokens into the vault, and taking them out for good. */
import type { UpstreamPerson, UpstreamTokens } from '../connections/authorization.ts'
import type { Connection } from '../connections/connection.ts'
import { revoke } from '../connections/tokens.ts'
import { UpstreamError } from '../connections/upstream-error.ts'
import { cleanPart } from '../protocol/text.ts'
import type { VaultDeps } from './deps.ts'
import type { EntryKind, Owner, VaultEntry } from './entry.ts'
import { dueAt, openTokens, sealTokens } from './tokens.ts'

/** No token is longer, in characters. */
export const maxToken = 16_384

interface Kept {
  connection: Connection
  owner: Owner
  kind: EntryKind
  tokens: Pick<UpstreamTokens, 'refreshToken' | 'expiresAt' | 'refreshExpiresAt' | 'scope' | 'session'> & {
    accessToken: string | undefined
  }
  person: UpstreamPerson | undefined
  /** What was asked for. */
  scope: string
  /** Of the program that asked; it will know the entry by an id. Undefined: nobody asked but the person. */
  session: string | undefined
}

/**
 * Stores tokens. Without a program that asked, in place of the owner's earlier ones of the same person upstream that no program knows by an id;
 * those are not revoked, because at many providers that would revoke the new ones, too. 'refused': see `VaultStore.add`.
 */
export async function keepTokens(deps: VaultDeps, kept: Kept): Promise<{ entry: VaultEntry; tokenId: string | undefined } | 'refused'> {
  const { connection, owner, kind, tokens, person, session } = kept
  const now = deps.now()
  const named = { id: deps.uuid(), connection: connection.name, owner, version: 1 }
  const entry: VaultEntry = {
    ...named,
    kind,
    upstreamSubject: person?.subject,
    upstreamSession: tokens.session,
    label: labelOf(person),
    scope: (tokens.scope ?? kept.scope).split(' ').filter(Boolean),
    state: 'active',
    sealed: sealTokens(deps, named, { refresh: tokens.refreshToken, access: tokens.accessToken }),
    accessExpiresAt: tokens.expiresAt,
    refreshAt: dueAt(deps, { ...tokens, idle: connection.vault.offline_idle }),
    createdAt: now,
    updatedAt: now,
    lastUsedAt: undefined,
    lastUsedBy: undefined,
  }
  const tokenId = session === undefined ? undefined : { id: deps.uuid(), entry: entry.id, session, createdAt: now }
  if (!(await deps.store.vault.add(entry, tokenId))) return 'refused'
  const by = owner.type === 'account' ? { by: { type: 'user', id: owner.id } as const } : {}
  await deps.recordAudit([{ act: 'vault.store', outcome: 'success', ...by, target: entry.id, detail: { connection: connection.name } }])
  return { entry, tokenId: tokenId?.id }
}

function labelOf(person: UpstreamPerson | undefined): string | undefined {
  const { email, preferred_username: name, login } = person?.claims ?? {}
  const found = [email, name, login].find((one) => typeof one === 'string' && one !== '')
  return typeof found === 'string' ? cleanPart(found, 200) || undefined : undefined
}

export interface Removal {
  /** Another entry depends on the same authorization at the provider, so it was not revoked there. */
  shared: boolean
  /** The provider has revoked it. */
  revoked: boolean
}

/** Takes the tokens back at the provider, as far as that can be done now, for an entry that was just removed. */
export async function revokeUpstream(deps: VaultDeps, entry: VaultEntry): Promise<Removal> {
  if (await deps.store.vault.isShared(entry)) return { shared: true, revoked: false }
  const connection = await deps.connections.store.connections.find(entry.connection)
  if (!connection) return { shared: false, revoked: false }
  try {
    const { refresh, access } = await openTokens(deps, entry)
    const token = refresh ?? access
    return { shared: false, revoked: token !== undefined && (await revoke(deps.connections, connection, token)) }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    deps.warn({ connection: entry.connection, entry: entry.id, why: error.message }, 'an upstream token could not be revoked')
    return { shared: false, revoked: false }
  }
}

/** Removes an entry, and revokes it at the provider. Undefined: it was gone. */
export async function removeEntry(deps: VaultDeps, id: string): Promise<Removal | undefined> {
  const removed = await deps.store.vault.remove(id)
  return removed && revokeUpstream(deps, removed)
}
