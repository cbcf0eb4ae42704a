/** The audit log: who did what when, from where, and what came of it — NIST SP 800-53 AU-3. */
import type { Happening } from '../protocol/acts.ts'
import type { AuditSearch, IdentityStore, Noted } from './types.ts'

/** Where it came from: the request that a line of the log bears too, and an IP address. Absent: the command line. */
export interface Origin {
  requestId: string
  address: string
}

/** What writing and reading the log takes. */
export interface AuditRoom {
  store: Pick<IdentityStore, 'audit'>
  now(): number
  /** A new id; those of one process are in the order in which they were made. */
  order(): string
  /** How long an entry is kept, in seconds. */
  keep: number
}

/** Keeps what happened. */
export async function note(
  { store, now, order, keep }: AuditRoom,
  happened: readonly Happening[],
  from: Origin | undefined,
): Promise<void> {
  const at = now()
  const entries = happened.map(
    (happening): Noted => ({ ...happening, id: order(), at, requestId: from?.requestId, address: from?.address }),
  )
  await store.audit.add(entries, at + keep)
}

const pageSize = 500

/** All that a search finds, oldest first, read a page at a time; each page is what `each` gets. */
export async function readAudit(
  { store }: Pick<AuditRoom, 'store'>,
  ask: AuditFilter,
  each: (page: readonly Noted[]) => Promise<void> | void,
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
