/** Webhooks in the outbox: an event of the audit log for one address — Standard Webhooks 1.0.0. */
import { messageOf, sendWebhook, type WebhookDeps } from '../identity/send-webhook.ts'
import { type WebhookMessage, wants } from '../identity/webhooks.ts'
import type { Channel } from './delivery.ts'
import { failureOf } from './failure.ts'

/** `webhooksOf`: of a tenant; undefined while it is suspended. */
export function webhookChannel(webhooksOf: (tenant: string) => Promise<WebhookDeps | undefined>): Channel<WebhookMessage> {
  return {
    name: 'webhook',
    read: ({ content }) => ({ content: JSON.parse(content as string) }),
    receiver: ({ webhook }, { tenant }) => `webhook ${tenant} ${webhook}`,
    async send({ webhook: name, event }, { tenant }) {
      const deps = await webhooksOf(tenant)
      if (!deps) return { reason: 'tenant suspended' }
      const webhook = await deps.store.webhooks.find(name)
      if (!webhook || !wants(webhook, event.act)) return undefined // it may be another by now, under the same name
      const answer = await sendWebhook(deps, webhook, messageOf(deps, event))
      if (answer === 'no key') return { reason: answer }
      return answer === 410 ? { reason: '410', permanent: true } : failureOf(answer) // gone: nobody wants the message
    },
    loss: (_, message) => ({
      act: 'webhook.lost',
      target: message?.webhook,
      detail: { ...(message && { event: message.event.id, type: message.event.act }) },
    }),
    about: ({ webhook }) => ({ webhook }),
  }
}
