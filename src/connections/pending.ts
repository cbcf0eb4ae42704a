/** A request at a provider from its beginning to its answer: only `state` leaves this server, and only its hash stays — RFC 9700 §2.1, §4.7. */
import { authorizationUrl, type Binding } from './authorization.ts'
import type { Connection } from './connection.ts'
import type { ConnectionDeps } from './deps.ts'
import type { UpstreamRequest, UpstreamRequestStore } from './store.ts'

/** Random texts that are stored as hashes, and secrets that are computed from them. */
export interface States {
  make(): string
  /** Undefined when the text cannot be one of ours. */
  hash(state: string): string | undefined
  /** The same for the same texts, and known to nobody else. */
  derive(purpose: string, state: string): string
}

export interface PendingDeps extends ConnectionDeps {
  requests: UpstreamRequestStore
  states: States
}

/**
 * Begins one. Returns the URL for the browser. `lifetime`: in seconds; `params`: further parameters of the authorization request; `carries`: a
 * text without dots that comes back with the answer, in sight of the provider.
 */
export async function beginRequest(
  deps: PendingDeps,
  connection: Connection,
  ask: Omit<UpstreamRequest, 'hash' | 'connection'> & { lifetime: number; params?: Readonly<Record<string, string>>; carries?: string },
): Promise<string> {
  const { lifetime, params = {}, carries, ...request } = ask
  const secret = deps.states.make()
  const state = carries === undefined ? secret : `${secret}.${carries}`
  const url = await authorizationUrl(deps, connection, bindingOf(deps, request, state), params)
  const hash = deps.states.hash(secret) as string
  await deps.requests.upstreamRequests.add({ ...request, hash, connection: connection.name }, deps.now() + lifetime)
  return url
}

export interface TakenRequest {
  request: UpstreamRequest
  binding: Binding
  carried: string | undefined
}

/** The request that an answer with this `state` belongs to; it is used up. Undefined: it is unknown, was answered or has expired. */
export async function takeRequest(deps: PendingDeps, state: string): Promise<TakenRequest | undefined> {
  const [secret, carried] = state.split('.', 2) as [string, string?]
  const hash = deps.states.hash(secret)
  const request = hash === undefined ? undefined : await deps.requests.upstreamRequests.take(hash, deps.now())
  return request && { request, binding: bindingOf(deps, request, state), carried }
}

function bindingOf(
  { states }: PendingDeps,
  { redirectUri, scope }: Pick<UpstreamRequest, 'redirectUri' | 'scope'>,
  state: string,
): Binding {
  return { state, nonce: states.derive('nonce', state), verifier: states.derive('verifier', state), redirectUri, scope }
}
