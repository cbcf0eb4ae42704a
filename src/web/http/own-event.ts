/** For the audit log: what a person did to their own account. */
import type { Act, Happening } from '../../protocol/audit-events.ts'

export function byThemselves(act: Act, { subject }: { subject: string }, detail?: Happening['detail']): Happening {
  return { act, outcome: 'success', by: { type: 'user', id: subject }, target: subject, ...(detail ? { detail } : {}) }
}
