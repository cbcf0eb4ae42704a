/** The audit log: who did what, when, from where, and with what outcome — NIST SP 800-53 AU-3. */
import type { Actor, AuditEvent } from '../protocol/audit-events.ts'
import { printable } from '../protocol/text.ts'
import type { AuditSearch, StoredAuditEvent } from './audit-entry.ts'
import type { IdentityStore } from './store.ts'

/** Where an event came from: the request id, which the server log has too, and an IP address. Absent: the command line. */
export interface Origin {
  requestId: string
  address: string
}

/** Dependencies of writing and reading the log. */
export interface AuditDeps {
  store: Pick<IdentityStore, 'audit'>
  now(): number
  /** A new id. Ids sort by the time they were made, as far as clocks agree. */
  orderedId(): string
  /** How long an entry is kept, in seconds. */
  retention: number
}

/** Stores events. */
export async function recordAuditEvents(
  { store, now, orderedId, retention }: AuditDeps,
  auditEvents: readonly AuditEvent[],
  from: Origin | undefined,
): Promise<void> {
  const at = now()
  const entries = auditEvents.map(
    (event): StoredAuditEvent => ({ ...storable(event), id: orderedId(), at, requestId: from?.requestId, address: from?.address }),
  )
  await store.audit.add(entries, at + retention)
}

/** An id in it may be whatever somebody sent: it is written in characters that can be stored and shown, and bounded. */
function storable({ by, target, detail, ...event }: AuditEvent): AuditEvent {
  const shown = (text: string) => printable(text, 2000)
  const entries = Object.entries(detail ?? {}).map(([name, value]) => [name, typeof value === 'string' ? shown(value) : value] as const)
  return {
    ...event,
    ...(by ? { by: { ...by, id: shown(by.id) } } : {}),
    ...(target === undefined ? {} : { target: shown(target) }),
    ...(detail ? { detail: Object.fromEntries(entries) } : {}),
  }
}

/** An entry as the API and the command line show it. */
export interface AuditEntry {
  id: string
  /** RFC 3339. */
  time: string
  act: string
  outcome: AuditEvent['outcome']
  by: Actor | null
  target: { type: string; id: string } | null
  detail: NonNullable<AuditEvent['detail']>
  request_id: string | null
  address: string | null
}

export function auditEntry({ id, at, act, outcome, by, target, detail = {}, requestId, address }: StoredAuditEvent): AuditEntry {
  return {
    id,
    time: new Date(at * 1000).toISOString(),
    act,
    outcome,
    by: by ?? null,
    target: target === undefined ? null : { type: act.split('.')[0] as string, id: target },
    detail,
    request_id: requestId ?? null,
    address: address ?? null,
  }
}

const pageSize = 500

/** Passes all entries that a search finds to `each`, oldest first, a page at a time. */
export async function readAudit(
  { store }: Pick<AuditDeps, 'store'>,
  ask: AuditFilter,
  each: (page: readonly StoredAuditEvent[]) => Promise<void> | void,
) {
  let after: AuditSearch['after']
  for (;;) {
    const page = await store.audit.search({ ...ask, after, limit: pageSize, newestFirst: false })
    if (page.length > 0) await each(page)
    const last = page.at(-1)
    if (!last || page.length < pageSize) return
    after = { at: last.at, id: last.id }
  }
}

export type AuditFilter = Omit<AuditSearch, 'after' | 'limit' | 'newestFirst'>
