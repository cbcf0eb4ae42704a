/** Every act of the ports that tell others of events, and what it changes in a tenant that holds two of everything. */
import { type Act, lists, reads, writes } from './act.ts'
import { NOW } from './stored.ts'
import { anEvent, aWebhook } from './tenant-content.ts'

const page = { limit: 10 }

export const eventActs: Record<string, Act> = {
  'audit.add': writes('audit +1, outbox +2', (s) => s.audit.add([anEvent('3')], NOW + 60)),
  'audit.search': lists((s) => s.audit.search({ limit: 10, newestFirst: true })),
  'webhooks.find': reads((s, n) => s.webhooks.find(`webhook${n}`)),
  'webhooks.list': lists((s) => s.webhooks.list(page)),
  'webhooks.add': writes('webhooks +1', (s) => s.webhooks.add(aWebhook('3'), 'sealed')),
  'webhooks.replace': writes('webhooks ~1', (s) => s.webhooks.replace({ ...aWebhook('1'), enabled: false })),
  'webhooks.setSecret': writes('webhooks ~1', (s) => s.webhooks.setSecret('webhook1', 'other')),
  'webhooks.remove': writes('webhooks -1', (s) => s.webhooks.remove('webhook1')),
}
