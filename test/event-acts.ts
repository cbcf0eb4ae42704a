/** Every act of the ports that tell others of events, and what it changes in a tenant that holds two of everything. */
import { type Act, lists, reads, writes } from './act.ts'
import { aStream, aStreamEvent, aWebhook } from './event-content.ts'
import { NOW } from './stored.ts'
import { anEvent } from './tenant-content.ts'

const page = { limit: 10 }

export const eventActs: Record<string, Act> = {
  'audit.add': writes('audit +1, outbox +2', (s) => s.audit.add([anEvent('3')], NOW + 60)),
  'audit.search': lists((s) => s.audit.search({ limit: 10, newestFirst: true })),
  'eventStreams.find': reads((s, n) => s.eventStreams.find(`stream${n}`)),
  'eventStreams.ofClient': reads((s, n) => s.eventStreams.ofClient(`client${n}`)),
  'eventStreams.list': lists((s) => s.eventStreams.list(page)),
  'eventStreams.add': writes('event_streams +1', (s) => s.eventStreams.add(aStream('3'))),
  'eventStreams.replace': writes('event_streams ~1, outbox ~1', (s) =>
    s.eventStreams.replace({ ...aStream('1'), description: 'x' }, NOW + 1),
  ),
  'eventStreams.setStatus': writes('event_streams ~1, outbox -1', (s) => s.eventStreams.setStatus('stream1', 'disabled', NOW)),
  'eventStreams.remove': writes('event_streams -1, outbox -1', (s) => s.eventStreams.remove('stream1')),
  'eventStreams.verify': writes('event_streams ~1, outbox +1', (s) =>
    s.eventStreams.verify(aStream('1'), { ...aStreamEvent('1'), jti: 'other', at: NOW + 60 }),
  ),
  'eventStreams.waiting': reads((s, n) => s.eventStreams.waiting(`stream${n}`, 9)),
  'eventStreams.acknowledge': writes('outbox -1', (s) => s.eventStreams.acknowledge('stream1', ['token1'])),
  'webhooks.find': reads((s, n) => s.webhooks.find(`webhook${n}`)),
  'webhooks.list': lists((s) => s.webhooks.list(page)),
  'webhooks.wanting': lists((s) => s.webhooks.wanting('user.create')),
  'webhooks.add': writes('webhooks +1', (s) => s.webhooks.add(aWebhook('3'), 'sealed')),
  'webhooks.replace': writes('webhooks ~1', (s) => s.webhooks.replace({ ...aWebhook('1'), enabled: false })),
  'webhooks.setSecret': writes('webhooks ~1', (s) => s.webhooks.setSecret('webhook1', 'other')),
  'webhooks.remove': writes('webhooks -1', (s) => s.webhooks.remove('webhook1')),
}
