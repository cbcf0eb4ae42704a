/** What the vault needs from the rest of the server. */
import type { PendingDeps } from '../connections/pending.ts'
import type { AuditEvent } from '../protocol/audit-events.ts'
import type { BackOff } from './back-off.ts'
import type { VaultStore } from './store.ts'
import type { Refreshed } from './vended.ts'

export interface VaultDeps {
  store: VaultStore
  connections: PendingDeps
  /** `id`: of `sealId`. */
  seals: { seal(id: string, text: string): string; open(id: string, sealed: string): Promise<string> }
  now(): number
  /** A UUID. */
  uuid(): string
  /** From 0 to 1. */
  chance(): number
  /** Resolves after so many milliseconds. */
  pause(milliseconds: number): Promise<void>
  backOff: BackOff
  /** Refreshes that are under way in this process, by entry. */
  underWay: Map<string, Promise<Refreshed>>
  /** What the operator should know; it holds no token. */
  warn(what: object, text: string): void
  recordAudit(events: readonly AuditEvent[]): Promise<void>
}
