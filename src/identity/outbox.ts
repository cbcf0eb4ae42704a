/** The outbox port: messages that must be delivered even when the receiver is down for a while are stored first. */

/** A message as stored. Times in seconds since the epoch. */
export interface OutboxMessage {
  id: string
  /** Decides who delivers it. */
  kind: MessageKind
  /** What it says, sealed: the link in a mail is a credential, as is the token of a notification. Empty where nothing is secret. */
  sealed: string
  /** What it says, where nothing is secret. */
  content?: string | undefined
  /** The stream that it belongs to. */
  stream?: string
  /** How many deliveries were started. */
  attempts: number
  /** Held by the process that delivers it; until `nextAt` no other does. */
  lease: string
  nextAt: number
  /** When it is no longer worth delivering. */
  expiresAt: number
}

export type MessageKind = 'mail' | 'logout-token' | 'ping' | 'webhook' | 'security-event'

/** One with its tenant. */
export interface QueuedMessage extends OutboxMessage {
  tenant: string
}

export interface OutboxStore {
  add(message: OutboxMessage): Promise<void>
}

/** The messages of all tenants. Each act is atomic, and has an effect only for the holder of the lease. */
export interface OutboxQueue {
  /** Leases messages that are due, the oldest first. */
  claim(ask: { lease: string; now: number; until: number; limit: number }): Promise<QueuedMessage[]>
  /** Leases those of these ids that are due or were never attempted. */
  claimThese(ask: { tenant: string; ids: readonly string[]; lease: string; now: number; until: number }): Promise<QueuedMessage[]>
  /** Lets any process try again from then on. */
  defer(message: QueuedMessage, nextAt: number): Promise<void>
  /** True when it was there. */
  remove(message: QueuedMessage): Promise<boolean>
}

/** The result of an attempt. `deferred`: it will be repeated; `lost`: it will not. `reason`: a reply code or an error code. */
export type Delivery = { outcome: 'delivered' } | { outcome: 'deferred' | 'lost'; reason: string }
