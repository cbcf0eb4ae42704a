/** Messages that must leave this server even when the other side does not answer at once: stored first, delivered afterwards. */

/** A message as stored. Times in seconds since the epoch. */
export interface OutboxMessage {
  id: string
  /** Who can deliver it. */
  kind: 'mail'
  /** What it says, sealed: a mail holds a link that lets its reader in. */
  sealed: string
  /** How often its delivery was begun. */
  attempts: number
  /** Who delivers it now; until `nextAt` nobody else does. */
  lease: string
  nextAt: number
  /** When it is no longer worth delivering. */
  expiresAt: number
}

/** One with its tenant. */
export interface QueuedMessage extends OutboxMessage {
  tenant: string
}

export interface OutboxStore {
  add(message: OutboxMessage): Promise<void>
}

/** The messages of all tenants. Each act is atomic, and done only by who holds the lease. */
export interface OutboxQueue {
  /** Leases what is due, the oldest first. */
  claim(ask: { lease: string; now: number; until: number; limit: number }): Promise<QueuedMessage[]>
  /** To be tried again from then on, by anyone. */
  defer(message: QueuedMessage, nextAt: number): Promise<void>
  /** True when it was there. */
  remove(message: QueuedMessage): Promise<boolean>
}

/** What an attempt came to. `deferred`: it will be repeated; `lost`: it will not. `reason`: a reply code or the name of an error. */
export type Delivery = { outcome: 'delivered' } | { outcome: 'deferred' | 'lost'; reason: string }
