/** Delivery of the outbox of all tenants, put together: how messages of each kind are read and sent. */
import { keyIdOf, Unsealable } from './crypto/seal.ts'
import { recordAuditEvents } from './identity/audit.ts'
import type { Mailer } from './identity/links.ts'
import { mailChannel } from './mail/channel.ts'
import { type OutboxDelivery, outboxDelivery } from './outbox/delivery.ts'
import { logoutTokenChannel } from './outbox/logout-tokens.ts'
import { pingChannel } from './outbox/pings.ts'
import { securityEventChannel } from './outbox/security-events.ts'
import { webhookChannel } from './outbox/webhooks.ts'
import { randomId } from './random-id.ts'
import { audit } from './store/audit.ts'
import { outboxQueue } from './store/outbox.ts'
import { listWebhooks } from './store/webhooks.ts'
import type { AppDeps, Tenant } from './tenant.ts'

interface DeliveryParts {
  mailer: Mailer | undefined
  orderedId: AppDeps['orderedId']
  /** Undefined while it is suspended. */
  tenantOf(id: string): Promise<Tenant | undefined>
}

/** The outbox of all tenants. The loss of a message is recorded in the audit log of its tenant. */
export function deliveryOf(
  { config, platform, db, sealer }: Pick<AppDeps, 'config' | 'platform' | 'db' | 'sealer'>,
  { mailer, orderedId, tenantOf }: DeliveryParts,
): OutboxDelivery {
  const { now, random, log } = platform
  const retention = config.audit.keep_days * 86_400
  const open = (tenant: string, id: string, sealed: string) => {
    try {
      return sealer.open({ purpose: 'outbox', tenant, id }, sealed).toString()
    } catch (error) {
      if (error instanceof Unsealable) return undefined
      throw error
    }
  }
  const ctxOf = async (id: string) => (await tenantOf(id))?.ctx
  const hasKeyOf = (sealed: string) => sealer.keyIds.includes(keyIdOf(sealed))
  return outboxDelivery({
    queue: outboxQueue(db),
    channels: {
      mail: mailChannel({ mailer, open, hasKeyOf }),
      'logout-token': logoutTokenChannel(ctxOf),
      ping: pingChannel({ ctxOf, open, hasKeyOf }),
      'security-event': securityEventChannel(ctxOf),
      webhook: webhookChannel({ tenantOf, open, hasKeyOf }),
    },
    id: () => randomId(random),
    now,
    chance: () => random(1)[0]! / 255,
    log,
    recordAudit: (tenant, events) => {
      const store = audit(db, tenant, async () => ({ webhooks: await listWebhooks(db, tenant), streams: [] }))
      return recordAuditEvents({ store, now, orderedId, retention }, events, undefined)
    },
  })
}
