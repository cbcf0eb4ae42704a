/** Delivery of the outbox: leased to one process at a time, repeated with back-off, finally given up — RFC 5321 §4.5.4.1. */
import type { Mail, Mailer } from '../identity/links.ts'
import type { Delivery, OutboxMessage, OutboxQueue, QueuedMessage } from '../identity/outbox.ts'
import type { AuditEvent } from '../protocol/audit-events.ts'

/** Duration of a lease in seconds: longer than all timeouts of an attempt together. */
const lease = 300
/** Pause before the second attempt, in seconds; doubled before each further one. */
const firstPause = 30
const longestPause = 3600
/** Messages that one process delivers concurrently. */
const batch = 20

export interface DeliveryDeps {
  queue: OutboxQueue
  /** Undefined: mail is not configured. */
  mailer: Mailer | undefined
  /** Bound to this tenant and message id. */
  seal(tenant: string, id: string, text: string): string
  /** Undefined when it cannot be opened. */
  open(tenant: string, id: string, sealed: string): string | undefined
  /** Is the key here that it is sealed under? */
  hasKeyOf(sealed: string): boolean
  id(): string
  now(): number
  /** From 0 to 1. */
  chance(): number
  /** Gets failures without the content of mails. */
  log: { warn(what: object, text: string): void; error(what: object, text: string): void }
  /** Records in the audit log of this tenant. */
  recordAudit(tenant: string, events: readonly AuditEvent[]): Promise<void>
}

export interface MailDelivery {
  /** A mail as a message to be stored, leased to this process. `lifetime`: how long it is worth delivering, in seconds. */
  message(tenant: string, mail: Mail, lifetime: number): OutboxMessage
  /** The first attempt at a message that was just stored. */
  deliver(message: QueuedMessage): Promise<Delivery>
  /** Delivers what is due, of all tenants. */
  deliverDue(): Promise<void>
}

export function mailDelivery(deps: DeliveryDeps): MailDelivery {
  const { queue, now, id } = deps
  return {
    message(tenant, mail, lifetime) {
      const message = { id: id(), kind: 'mail' as const, attempts: 1, lease: id(), nextAt: now() + lease, expiresAt: now() + lifetime }
      return { ...message, sealed: deps.seal(tenant, message.id, JSON.stringify(mail)) }
    },
    deliver: (message) => attempt(deps, message),
    async deliverDue() {
      for (;;) {
        const due = await queue.claim({ lease: id(), now: now(), until: now() + lease, limit: batch })
        await Promise.all(due.map((message) => attempt(deps, message)))
        if (due.length < batch) return
      }
    },
  }
}

async function attempt(deps: DeliveryDeps, message: QueuedMessage): Promise<Delivery> {
  const { queue, mailer, now } = deps
  const text = deps.open(message.tenant, message.id, message.sealed)
  if (text === undefined && !deps.hasKeyOf(message.sealed)) return defer(deps, message, undefined, 'no key') // other nodes may have it already
  if (text === undefined) return lose(deps, message, undefined, 'unreadable')
  const mail: Mail = JSON.parse(text)
  if (message.expiresAt <= now()) return lose(deps, message, mail, 'expired')
  if (!mailer) return defer(deps, message, mail, 'no mailer')
  const failure = await mailer.send(mail).then(() => undefined, failureOf)
  if (failure) return failure.permanent ? lose(deps, message, mail, failure.reason) : defer(deps, message, mail, failure.reason)
  await queue.remove(message)
  return { outcome: 'delivered' }
}

/** Only a refusal of this mail or its recipient is final: an unreachable server or refused credentials may be fixed. RFC 5321 §4.2.1 */
function failureOf({ code, responseCode }: { code?: unknown; responseCode?: unknown }): { permanent: boolean; reason: string } {
  const final = typeof responseCode === 'number' && responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
  return { permanent: final, reason: String(responseCode ?? code ?? 'unknown') }
}

async function defer(deps: DeliveryDeps, message: QueuedMessage, mail: Mail | undefined, reason: string): Promise<Delivery> {
  const pause = Math.min(longestPause, firstPause * 2 ** (message.attempts - 1))
  const nextAt = deps.now() + Math.ceil(pause * (0.5 + deps.chance() / 2)) // jitter: apart from others that failed at the same moment
  if (nextAt >= message.expiresAt) return lose(deps, message, mail, reason)
  await deps.queue.defer(message, nextAt)
  deps.log.warn({ kind: mail?.kind, reason, attempts: message.attempts }, 'a mail could not be delivered and will be tried again')
  return { outcome: 'deferred', reason }
}

/** Recorded before removal: a loss may be recorded twice, but never missed. */
async function lose(deps: DeliveryDeps, message: QueuedMessage, mail: Mail | undefined, reason: string): Promise<Delivery> {
  const { tenant, id: target, attempts } = message
  const about = { ...(mail && { kind: mail.kind }), ...(mail?.account !== undefined && { user: mail.account }) }
  await deps.recordAudit(tenant, [{ act: 'mail.lost', outcome: 'failure', target, detail: { ...about, reason, attempts } }])
  await deps.queue.remove(message)
  deps.log.error({ kind: mail?.kind, reason, attempts }, 'a mail is lost: it could not be delivered')
  return { outcome: 'lost', reason }
}
