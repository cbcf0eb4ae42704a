/** How people learn of a request for their approval: by the webhooks that ask for it, and where there is none by mail — OpenID Connect CIBA Core §7. */
import type { ApprovalRequest } from '../protocol/ports.ts'
import { type Account, loginOf } from './account.ts'
import { type MailDeps, sendRequest } from './links.ts'
import type { OutboxMessage } from './outbox.ts'
import type { IdentityStore } from './store.ts'
import { type ApprovalEvent, approvalEvent, type WebhookMessage, type WebhookStore } from './webhooks.ts'

/** So many webhooks are told of one request, the first in order of name: each may be slow, and costs the person a message. */
const mostTold = 10

export interface ApprovalDeps {
  store: Pick<IdentityStore, 'outbox'> & WebhookStore
  /** Undefined where no mail can be sent. */
  mail: MailDeps | undefined
  now(): number
  id(): string
  /** Seals the content of a message of the outbox. `id`: of the message. */
  seal(id: string, content: Buffer): string
  /** Attempts these messages after the response. */
  attempt(ids: readonly string[]): void
}

/** False: there is no way to reach them. Resolves once the messages are stored. */
export async function tellOfRequest(deps: ApprovalDeps, account: Account, about: ApprovalRequest): Promise<boolean> {
  const { store, mail, attempt } = deps
  const webhooks = (await store.webhooks.wanting(approvalEvent)).slice(0, mostTold)
  if (webhooks.length === 0) return mail !== undefined && sendRequest(mail, account, about)
  const event = eventOf(deps, account, about)
  const messages = webhooks.map(({ name }) => messageFor(deps, { webhook: name, event }, about.lifetime))
  await Promise.all(messages.map((message) => store.outbox.add(message)))
  attempt(messages.map(({ id }) => id))
  return true
}

function eventOf({ now, id }: ApprovalDeps, account: Account, about: ApprovalRequest): ApprovalEvent {
  const { subject, email, claims } = account
  const { clientId, application, message, url, request, lifetime } = about
  return {
    ...{ id: id(), act: approvalEvent, at: now(), request },
    data: {
      user: {
        sub: subject,
        username: loginOf(account),
        email: email ?? null,
        email_verified: claims['email_verified'] === true,
        phone_number: (claims['phone_number'] as string | undefined) ?? null,
        phone_number_verified: claims['phone_number_verified'] === true,
      },
      client: { id: clientId, name: application },
      binding_message: message ?? null,
      url,
      expires_at: new Date((now() + lifetime) * 1000).toISOString(),
    },
  }
}

function messageFor({ now, id: newId, seal }: ApprovalDeps, content: WebhookMessage, lifetime: number): OutboxMessage {
  const id = newId()
  const sealed = seal(id, Buffer.from(JSON.stringify(content)))
  return { id, kind: 'webhook', sealed, attempts: 0, lease: '', nextAt: now(), expiresAt: now() + lifetime }
}
