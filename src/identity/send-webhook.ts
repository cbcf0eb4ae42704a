/** One message of a webhook, signed and sent — Standard Webhooks 1.0.0. */
import type { Remote } from '../protocol/remote.ts'
import { RemoteError } from '../protocol/remote-error.ts'
import { auditEntry } from './audit.ts'
import type { ApprovalEvent, Webhook, WebhookMessage, WebhookStore } from './webhooks.ts'

/** What is read of an answer, in bytes. A longer one is a failure. */
const maxAnswer = 65_536

/** What signs and seals, and where messages go. */
export interface WebhookDeps {
  store: WebhookStore
  issuer: string
  remote: Remote
  /** Seconds since the epoch. */
  now(): number
  id(): string
  newSecret(): string
  isSecret(text: string): boolean
  /** `name`: the webhook that it belongs to. */
  seal(name: string, secret: string): string
  /** Undefined where this node lacks the key that it is sealed under. */
  open(name: string, sealed: string): Promise<string | undefined>
  sign(secret: string, message: { id: string; timestamp: number; body: string }): string
}

/** The id of a message is that of its event, and stays the same in every attempt. The timestamp is that of the attempt. */
interface SignedMessage {
  id: string
  body: string
}

export function messageOf({ issuer }: Pick<WebhookDeps, 'issuer'>, event: WebhookMessage['event']): SignedMessage {
  const { act, time, ...data } = 'request' in event ? approvalEntry(event) : auditEntry(event)
  return { id: event.id, body: JSON.stringify({ type: act, timestamp: time, issuer, data }) }
}

const approvalEntry = ({ id, act, at, data }: ApprovalEvent) => ({ act, time: new Date(at * 1000).toISOString(), id, ...data })

/** One that is about nothing, to try a webhook out. */
export function testMessage({ issuer, id, now }: WebhookDeps): SignedMessage {
  const timestamp = new Date(now() * 1000).toISOString()
  return { id: id(), body: JSON.stringify({ type: 'webhook.test', timestamp, issuer, data: {} }) }
}

/** What the receiver answers: the status, or why there was no answer. Redirects are not followed. 'no key': the secret cannot be opened. */
export async function sendWebhook(
  deps: WebhookDeps,
  { name, url, sealedSecret }: Webhook,
  { id, body }: SignedMessage,
): Promise<number | 'no key' | RemoteError> {
  const secret = await deps.open(name, sealedSecret)
  if (secret === undefined) return 'no key'
  const timestamp = deps.now()
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': deps.sign(secret, { id, timestamp, body }),
  }
  try {
    return (await deps.remote.request({ url, method: 'POST', headers, body, maxBytes: maxAnswer })).status
  } catch (error) {
    if (error instanceof RemoteError) return error
    throw error
  }
}
