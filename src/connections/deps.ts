/** What the code of connections needs from the rest of the server. */
import type { Keys } from '../protocol/ports.ts'
import type { Remote } from '../protocol/remote.ts'
import type { ConnectionStore } from './store.ts'

export interface ConnectionDeps {
  store: ConnectionStore
  /** Client secrets; `name`: of the connection. */
  secrets: { seal(name: string, secret: string): string; open(name: string, sealed: string): Promise<string> }
  /** The client secret for the preset apple: a JWT by the key of the file. Throws `RangeError` when the text is no such key. */
  appleSecret(ask: { key: string; keyId: string; claims: object }): string
  remote: Remote
  keys: Pick<Keys, 'algs' | 'sign'>
  /** Of this tenant. */
  issuer: string
  now(): number
  /** Seconds by which `now` is ahead of the machine's clock. */
  clockSkew(): number
  id(): string
  /** The documents of providers, kept for a while. */
  cache: ProviderCache
}

/** By name of the connection and its settings. */
export type ProviderCache = Map<string, CachedProvider>

export interface CachedProvider {
  metadata: Promise<Readonly<Record<string, unknown>> & { readonly issuer: string }>
  until: number
  /** Filled by the library that verifies ID tokens. */
  jwks: Record<string, unknown>
}

/** Where a provider says that somebody signed out there. OpenID Connect Back-Channel Logout 1.0 §2.2 */
export function logoutUriOf({ issuer }: Pick<ConnectionDeps, 'issuer'>, name: string): string {
  return `${issuer}/connections/${name}/backchannel-logout`
}

/** Where a provider sends people back to. */
export function redirectUriOf({ issuer }: Pick<ConnectionDeps, 'issuer'>, name: string): string {
  return `${issuer}/connections/${name}/callback`
}
