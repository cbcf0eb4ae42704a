/** What a tenant holds in order to tell others of events. */
import { webhookSchema } from '../src/identity/webhooks.ts'
import { type EventStream, pushMethod, type StreamEvent, verification } from '../src/protocol/event-stream.ts'
import { NOW, type TenantStore } from './stored.ts'

export const aStream = (n: string): EventStream => ({
  ...{
    id: `stream${n}`,
    clientId: `client${n}`,
    status: 'enabled',
    method: pushMethod,
    endpointUrl: `https://receiver${n}.example/events`,
  },
  ...{ eventsRequested: [], description: undefined, sealedAuthorization: 'sealed' },
})
export const aStreamEvent = (n: string): StreamEvent => ({
  stream: `stream${n}`,
  jti: `token${n}`,
  type: verification,
  at: NOW,
  claims: {},
})
export const aWebhook = (n: string) => webhookSchema.parse({ name: `webhook${n}`, url: `https://receiver${n}.example`, events: ['user.*'] })

export async function fillEvents(store: TenantStore, n: string): Promise<void> {
  await store.webhooks.add(aWebhook(n), 'sealed')
  await store.eventStreams.add(aStream(n))
  await store.eventStreams.verify(aStream(n), aStreamEvent(n))
}
