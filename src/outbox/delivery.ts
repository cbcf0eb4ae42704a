/** Delivery of the outbox: leased to one process at a time, repeated with back-off, finally given up — RFC 5321 §4.5.4.1. */
import type { Delivery, MessageKind, OutboxMessage, OutboxQueue, QueuedMessage } from '../identity/outbox.ts'
import type { AuditEvent } from '../protocol/audit-events.ts'

/** Duration of a lease in seconds: longer than all timeouts of an attempt together. */
const lease = 300
/** Pause before the second attempt, in seconds; doubled before each further one. */
const firstRetry = 30
const longestPause = 3600
/** Messages that one process delivers concurrently. */
const batch = 20
/** So many receivers that do not answer are remembered. */
const maxSilent = 1000

/** Why an attempt failed. `permanent`: a further one would fail too. `silent`: the receiver is not there, whatever is sent to it. */
export interface Failure {
  reason: string
  permanent?: boolean
  silent?: boolean
}

/** How messages of one kind are read and sent. */
export interface Channel<Content> {
  /** For the log: what it delivers. */
  name: string
  /** What the message says; a failure where this node cannot read it. */
  read(message: QueuedMessage): { content: Content } | { failure: Failure }
  /** Who is waited for; the others do not wait for one that is silent. */
  receiver(content: Content, message: QueuedMessage): string | undefined
  /** Undefined: it was delivered. */
  send(content: Content, message: QueuedMessage): Promise<Failure | undefined>
  /** What the audit log is told of a loss. */
  loss(message: QueuedMessage, content: Content | undefined): Pick<AuditEvent, 'act' | 'target' | 'detail'>
  /** What the log is told of a failure. */
  about(content: Content): object
}

/** How sealed messages are opened. */
export interface Seals {
  /** Undefined when it cannot be opened. Bound to this tenant and message id. */
  open(tenant: string, id: string, sealed: string): string | undefined
  /** Is the key here that it is sealed under? */
  hasKeyOf(sealed: string): boolean
}

/** What a sealed message says. Without its key it waits: other nodes may have it already. */
export function sealedContent<Content>({ open, hasKeyOf }: Seals): Channel<Content>['read'] {
  return ({ tenant, id, sealed }) => {
    const text = open(tenant, id, sealed)
    if (text !== undefined) return { content: JSON.parse(text) }
    return { failure: hasKeyOf(sealed) ? { reason: 'unreadable', permanent: true } : { reason: 'no key' } }
  }
}

export interface DeliveryDeps {
  queue: OutboxQueue
  // biome-ignore lint/suspicious/noExplicitAny: each channel reads and sends its own content
  channels: Readonly<Record<MessageKind, Channel<any>>>
  id(): string
  now(): number
  /** From 0 to 1. */
  chance(): number
  /** Gets failures without the content of messages. */
  log: { warn(what: object, text: string): void; error(what: object, text: string): void }
  /** Records in the audit log of this tenant. */
  recordAudit(tenant: string, events: readonly AuditEvent[]): Promise<void>
}

export interface OutboxDelivery {
  /** What a message to be stored is leased with, to this process. `lifetime`: how long it is worth delivering, in seconds. */
  leased(lifetime: number): Pick<OutboxMessage, 'id' | 'attempts' | 'lease' | 'nextAt' | 'expiresAt'>
  /** The first attempt at a message that was just stored. */
  deliver(message: QueuedMessage): Promise<Delivery>
  /** Attempts these messages, where no other process does. */
  deliverThese(tenant: string, ids: readonly string[]): Promise<void>
  /** Delivers what is due, of all tenants. */
  deliverDue(): Promise<void>
}

interface Attempting extends DeliveryDeps {
  /** Receivers that did not answer, and until when none of their messages is attempted. */
  silent: Map<string, number>
}

export function outboxDelivery(deps: DeliveryDeps): OutboxDelivery {
  const { queue, now, id } = deps
  const attempting = { ...deps, silent: new Map<string, number>() }
  return {
    leased: (lifetime) => ({ id: id(), attempts: 1, lease: id(), nextAt: now() + lease, expiresAt: now() + lifetime }),
    deliver: (message) => attempt(attempting, message),
    async deliverThese(tenant, ids) {
      const due = await queue.claimThese({ tenant, ids, lease: id(), now: now(), until: now() + lease })
      await Promise.all(due.map((message) => attempt(attempting, message)))
    },
    async deliverDue() {
      for (;;) {
        const due = await queue.claim({ lease: id(), now: now(), until: now() + lease, limit: batch })
        await Promise.all(due.map((message) => attempt(attempting, message)))
        if (due.length < batch) return
      }
    },
  }
}

async function attempt(deps: Attempting, message: QueuedMessage): Promise<Delivery> {
  const { queue, now, channels, silent } = deps
  const channel = channels[message.kind]
  const read = channel.read(message)
  if ('failure' in read) return giveUp(deps, message, undefined, read.failure)
  const { content } = read
  if (message.expiresAt <= now()) return lose(deps, message, content, 'expired')
  const receiver = channel.receiver(content, message)
  const pausedUntil = receiver === undefined ? undefined : silent.get(receiver)
  if (pausedUntil !== undefined && pausedUntil > now()) return giveUp(deps, message, content, { reason: 'paused' })
  const failure = await channel.send(content, message).catch((error: Error) => ({ reason: error.name })) // of a tenant that cannot be opened
  if (receiver !== undefined) note(deps, receiver, failure)
  if (failure) return giveUp(deps, message, content, failure)
  await queue.remove(message)
  return { outcome: 'delivered' }
}

/** Many messages to one receiver that does not answer cost the time of one: the others are not kept waiting. */
function note({ silent, now }: Attempting, receiver: string, failure: Failure | undefined): void {
  silent.delete(receiver)
  if (!failure?.silent) return
  silent.set(receiver, now() + firstRetry)
  if (silent.size > maxSilent) silent.delete(silent.keys().next().value as string)
}

function giveUp(deps: Attempting, message: QueuedMessage, content: unknown, failure: Failure): Promise<Delivery> {
  return failure.permanent ? lose(deps, message, content, failure.reason) : defer(deps, message, content, failure.reason)
}

async function defer(deps: Attempting, message: QueuedMessage, content: unknown, reason: string): Promise<Delivery> {
  const { name, about } = deps.channels[message.kind]
  const pause = Math.min(longestPause, firstRetry * 2 ** (message.attempts - 1))
  const nextAt = deps.now() + Math.ceil(pause * (0.5 + deps.chance() / 2)) // jitter: apart from others that failed at the same moment
  if (nextAt >= message.expiresAt) return lose(deps, message, content, reason)
  await deps.queue.defer(message, nextAt)
  const what = { ...(content !== undefined && about(content)), reason, attempts: message.attempts }
  deps.log.warn(what, `a ${name} could not be delivered and will be tried again`)
  return { outcome: 'deferred', reason }
}

/** Recorded before removal: a loss may be recorded twice, but never missed. */
async function lose(deps: Attempting, message: QueuedMessage, content: unknown, reason: string): Promise<Delivery> {
  const { name, about, loss } = deps.channels[message.kind]
  const { tenant, attempts } = message
  const { act, target, detail } = loss(message, content)
  await deps.recordAudit(tenant, [{ act, outcome: 'failure', target, detail: { ...detail, reason, attempts } }])
  await deps.queue.remove(message)
  deps.log.error({ ...(content !== undefined && about(content)), reason, attempts }, `a ${name} is lost: it could not be delivered`)
  return { outcome: 'lost', reason }
}
