/** For the audit log: what a person did to their own account. */
import type { AuditEvent, AuditEventType } from '../../protocol/audit-events.ts'

export function ownEvent(act: AuditEventType, { subject }: { subject: string }, detail?: AuditEvent['detail']): AuditEvent {
  return { act, outcome: 'success', by: { type: 'user', id: subject }, target: subject, ...(detail ? { detail } : {}) }
}
