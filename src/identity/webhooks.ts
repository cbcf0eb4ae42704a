/** Webhooks: which events of the audit log are sent to which address — Standard Webhooks 1.0.0. */
import { z } from 'zod'
import { type AuditEventType, auditEventTypes } from '../protocol/audit-events.ts'
import { storedMembers } from '../protocol/stored-members.ts'
import { line, webUrl } from '../protocol/text.ts'
import type { StoredAuditEvent } from './audit-entry.ts'

/** Events about webhooks are not sent, so that a message that is lost does not cause another. */
export const isSent = (act: string): boolean => !act.startsWith('webhook.')

const sentTypes = (Object.keys(auditEventTypes) as AuditEventType[]).filter(isSent)
const groupOf = (act: string) => `${act.slice(0, act.indexOf('.'))}.*`

/** What can be asked for: everything, all events about one type of target, or one event. */
export const webhookEvents: readonly string[] = ['*', ...new Set(sentTypes.map(groupOf)), ...sentTypes]

const event = z
  .string()
  .refine((text) => webhookEvents.includes(text), 'must be an event of the audit log, such as user.create, user.* or *')

export const webhookSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and inner hyphens')
    .describe('Name of the webhook; it cannot be changed'),
  url: webUrl('must be an absolute https URL')
    .refine((text) => !text.includes('#'), 'must have no fragment')
    .describe('Where the messages go: a public https URL, or one of outbound.allowed_addresses'),
  events: z.array(event).min(1).max(100).describe('Events of the audit log that are sent, such as user.create, user.* or *'),
  enabled: z.boolean().default(true).describe('false: nothing is sent, and what waits is discarded'),
  description: line(200).optional().describe('What it is for'),
})

export type WebhookMetadata = z.infer<typeof webhookSchema>

/** A webhook as it is stored. */
export interface Webhook extends WebhookMetadata {
  /** The secret that signs its messages, sealed. */
  sealedSecret: string
}

/** The webhook of a stored document. One whose document cannot be read sends nothing. */
export function storedWebhook(name: string, document: Readonly<Record<string, unknown>>): WebhookMetadata {
  return storedMembers(webhookSchema.shape, { ...document, name }, { events: [], url: '', enabled: false }) as unknown as WebhookMetadata
}

export function wants({ enabled, events }: Pick<WebhookMetadata, 'enabled' | 'events'>, act: string): boolean {
  return enabled && isSent(act) && [act, groupOf(act), '*'].some((name) => events.includes(name))
}

/** The content of a message in the outbox. */
export interface WebhookMessage {
  webhook: string
  event: StoredAuditEvent
}

/** The store port of webhooks. Each act is atomic. */
export interface WebhookStore {
  webhooks: {
    find(name: string): Promise<Webhook | undefined>
    /** In order of name, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<Webhook[]>
    /** False when the name is taken. */
    add(webhook: WebhookMetadata, sealedSecret: string): Promise<boolean>
    /** All but the secret. False when there is none of this name. */
    replace(webhook: WebhookMetadata): Promise<boolean>
    /** False when there is no such webhook. */
    setSecret(name: string, sealed: string): Promise<boolean>
    /** True when there was one. */
    remove(name: string): Promise<boolean>
  }
}
