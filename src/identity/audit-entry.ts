/** An entry of the audit log as kept, and how entries are looked for. */
import type { AuditEvent } from '../protocol/audit-events.ts'

/** An entry of the audit log. */
export interface StoredAuditEvent extends AuditEvent {
  id: string
  /** Seconds since the epoch. */
  at: number
  requestId: string | undefined
  /** IP address. */
  address: string | undefined
}

/** A page of the audit log. Absent: any. */
export interface AuditSearch {
  /** Seconds; from then on, and before. */
  since?: number | undefined
  until?: number | undefined
  act?: string | undefined
  outcome?: AuditEvent['outcome'] | undefined
  /** Id of who did it. */
  by?: string | undefined
  /** Id of what it was done to. */
  target?: string | undefined
  /** Id of who did it or of what it was done to. */
  about?: string | undefined
  /** What follows this entry. */
  after?: { at: number; id: string } | undefined
  limit: number
  newestFirst: boolean
}
