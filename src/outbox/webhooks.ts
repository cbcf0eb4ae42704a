/** Webhooks in the outbox: an event for one address — Standard Webhooks 1.0.0. */
import { messageOf, sendWebhook, type WebhookDeps } from '../identity/send-webhook.ts'
import { type ApprovalEvent, type WebhookMessage, wants } from '../identity/webhooks.ts'
import { unansweredRequest } from '../protocol/backchannel-answer.ts'
import type { Ctx } from '../protocol/feature.ts'
import { type Channel, type Seals, sealedContent } from './delivery.ts'
import { failureOf } from './failure.ts'

export interface WebhookChannelDeps extends Seals {
  /** The rules and webhooks of a tenant; undefined while it is suspended. */
  tenantOf(tenant: string): Promise<{ ctx: Ctx; webhooks: WebhookDeps } | undefined>
}

export function webhookChannel({ tenantOf, ...seals }: WebhookChannelDeps): Channel<WebhookMessage> {
  const opened = sealedContent<WebhookMessage>(seals)
  return {
    name: 'webhook',
    read: (message) => (message.sealed === '' ? { content: JSON.parse(message.content as string) } : opened(message)),
    receiver: ({ webhook }, { tenant }) => `webhook ${tenant} ${webhook}`,
    async send({ webhook: name, event }, { tenant }) {
      const there = await tenantOf(tenant)
      if (!there) return { reason: 'tenant suspended' }
      const { ctx, webhooks } = there
      const webhook = await webhooks.store.webhooks.find(name)
      if (!webhook || !wants(webhook, event.act)) return undefined // it may be another by now, under the same name
      if ('request' in event && !(await waits(ctx, event))) return undefined
      const answer = await sendWebhook(webhooks, webhook, messageOf(webhooks, event))
      if (answer === 'no key') return { reason: answer }
      return answer === 410 ? { reason: '410', permanent: true } : failureOf(answer) // gone: nobody wants the message
    },
    loss: (_, message) => ({ act: 'webhook.lost', target: message?.webhook, detail: message ? lost(message) : {} }),
    about: ({ webhook }) => ({ webhook }),
  }
}

/** Can somebody still answer it? */
async function waits(ctx: Ctx, { request, data }: ApprovalEvent): Promise<boolean> {
  return (await unansweredRequest(ctx, request)) !== undefined && (await ctx.people.claims(data.user.sub)) !== undefined
}

/** A request for approval is not in the audit log, so it is said whose it was. */
function lost({ event }: WebhookMessage) {
  return { event: event.id, type: event.act, ...('request' in event && { user: event.data.user.sub, client: event.data.client.id }) }
}
