/** Audit events of people who change their own account. */
import type { AuditEvent, AuditEventType } from '../../protocol/audit-events.ts'

export function ownEvent(act: AuditEventType, { subject }: { subject: string }, detail?: AuditEvent['detail']): AuditEvent {
  return { act, outcome: 'success', by: { type: 'user', id: subject }, target: subject, ...(detail ? { detail } : {}) }
}
