/** What a tenant needs to send events of its audit log to others, put together. */
import { resealOnUse } from './crypto/reseal.ts'
import { type Sealer, Unsealable } from './crypto/seal.ts'
import { sealedTexts } from './crypto/sealed-texts.ts'
import { isWebhookSecret, newWebhookSecret, signWebhook } from './crypto/webhook-secret.ts'
import type { WebhookDeps } from './identity/send-webhook.ts'
import type { Platform } from './platform.ts'
import { sealedValues } from './store/sealed-values.ts'
import type { Db } from './store/sql.ts'

interface Shared {
  platform: Pick<Platform, 'random'>
  sealer: Sealer
  db: Db
}

export function webhooksOf(
  { platform: { random }, sealer, db }: Shared,
  tenantId: string,
  own: Pick<WebhookDeps, 'store' | 'issuer' | 'remote' | 'now' | 'id'>,
): WebhookDeps {
  const secrets = sealedTexts({ sealer, purpose: 'webhook-secret', tenantId, reseal: resealOnUse(sealedValues(db), sealer) })
  return {
    ...own,
    newSecret: () => newWebhookSecret(random),
    isSecret: isWebhookSecret,
    seal: secrets.seal,
    async open(name, sealed) {
      try {
        return await secrets.open(name, sealed)
      } catch (error) {
        if (error instanceof Unsealable) return undefined
        throw error
      }
    },
    sign: signWebhook,
  }
}
