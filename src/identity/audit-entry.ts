/** An entry of the audit log, and how entries are searched. */
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
  /** Seconds since the epoch: from `since` on, before `until`. */
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
  /** Entries that follow this one. */
  after?: { at: number; id: string } | undefined
  limit: number
  newestFirst: boolean
}
