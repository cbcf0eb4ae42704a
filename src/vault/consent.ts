/** Asking a person at a provider to let us keep tokens of theirs, and keeping them. */
import { type Binding, redeem, type UpstreamPerson } from '../connections/authorization.ts'
import { type Connection, settingsOf } from '../connections/connection.ts'
import { beginRequest } from '../connections/pending.ts'
import type { UpstreamRequest } from '../connections/store.ts'
import type { VaultDeps } from './deps.ts'
import type { Owner, VaultEntry } from './entry.ts'
import { keepTokens } from './keep.ts'

interface Consent {
  owner: Owner
  purpose: 'connect' | 'consent'
  redirectUri: string
  /** consent: of the program's token. */
  session?: string
  /** connect: hash of the browser's id. */
  browser?: string
  /** In seconds. */
  lifetime: number
}

/** The URL at the provider. Rejects with `UpstreamError` when its metadata cannot be had. */
export function consentUrl({ connections }: VaultDeps, connection: Connection, ask: Consent): Promise<string> {
  const { vaultScope: scope, vaultParams: params } = settingsOf(connection)
  return beginRequest(connections, connection, { ...ask, scope, params })
}

/** An answer of a provider, and the request that it belongs to. */
export interface ConsentAnswer {
  request: UpstreamRequest & { owner: Owner }
  binding: Binding
  params: URLSearchParams
}

/**
 * Redeems the code and keeps the tokens. 'refused', and nothing is kept: the tokens are of a person upstream who may not be the owner's
 * (`isAllowed`). Rejects with `UpstreamError`.
 */
export async function keepConsent(
  deps: VaultDeps,
  connection: Connection,
  { request, binding, params }: ConsentAnswer,
  isAllowed: (person: UpstreamPerson | undefined) => boolean,
): Promise<{ entry: VaultEntry; tokenId: string | undefined } | 'refused'> {
  const { tokens, person } = await redeem(deps.connections, connection, params, binding)
  if (!isAllowed(person)) return 'refused'
  const { owner, scope, session } = request
  return keepTokens(deps, { connection, owner, kind: 'offline', tokens, person, scope, session })
}
