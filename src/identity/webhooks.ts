/** Webhooks: which events are sent to which address — Standard Webhooks 1.0.0. */
import { z } from 'zod'
import { type AuditEventType, auditEventTypes } from '../protocol/audit-events.ts'
import { storedMembers } from '../protocol/stored-members.ts'
import { line, webUrl } from '../protocol/text.ts'
import type { StoredAuditEvent } from './audit-entry.ts'

/** Events about webhooks are not sent, so that a message that is lost does not cause another. */
export const isSent = (act: string): boolean => !act.startsWith('webhook.')

/** A person's approval is asked for. Not in the audit log, and not among `*`: it holds a link that only the person should get. */
export const approvalEvent = 'backchannel_authentication.request'

const sentTypes = (Object.keys(auditEventTypes) as AuditEventType[]).filter(isSent)
const groupOf = (act: string) => `${act.slice(0, act.indexOf('.'))}.*`

/** What can be asked for: everything of the audit log, all its events about one type of target, or one event. */
export const webhookEvents: readonly string[] = ['*', ...new Set(sentTypes.map(groupOf)), ...sentTypes, approvalEvent]

const event = z
  .string()
  .refine(
    (text) => webhookEvents.includes(text),
    'must be an event of the audit log, such as user.create, user.* or *, or backchannel_authentication.request',
  )

export const webhookSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and inner hyphens')
    .describe('Name of the webhook; it cannot be changed'),
  url: webUrl('must be an absolute https URL')
    .refine((text) => !text.includes('#'), 'must have no fragment')
    .describe('Where the messages go: a public https URL, or one of outbound.allowed_addresses'),
  events: z
    .array(event)
    .min(1)
    .max(100)
    .describe(
      'Events that are sent, such as user.create, user.* or *; with backchannel_authentication.request it asks people for approval',
    ),
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
  const names = act === approvalEvent ? [act] : [act, groupOf(act), '*']
  return enabled && isSent(act) && names.some((name) => events.includes(name))
}

/** The event of a request for a person's approval. */
export interface ApprovalEvent {
  id: string
  act: typeof approvalEvent
  /** Seconds since the epoch. */
  at: number
  /** Under what the request is kept while it waits. */
  request: string
  /** What is sent of it: what the receiver needs to reach the person, and to tell them what is asked. */
  data: {
    user: {
      sub: string
      username: string
      email: string | null
      email_verified: boolean
      phone_number: string | null
      phone_number_verified: boolean
    }
    client: { id: string; name: string }
    binding_message: string | null
    url: string
    /** RFC 3339. */
    expires_at: string
  }
}

/** The content of a message in the outbox. It is sealed where it holds a link. */
export interface WebhookMessage {
  webhook: string
  event: StoredAuditEvent | ApprovalEvent
}

/** The store port of webhooks. Each act is atomic. */
export interface WebhookStore {
  webhooks: {
    find(name: string): Promise<Webhook | undefined>
    /** In order of name, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<Webhook[]>
    /** Those that are sent events of this type. */
    wanting(type: string): Promise<Webhook[]>
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
