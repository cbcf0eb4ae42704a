/** What a tenant needs to tell others of events, put together. */
import type { ResealOnUse } from './crypto/reseal.ts'
import { type Sealer, Unsealable } from './crypto/seal.ts'
import { sealedTexts } from './crypto/sealed-texts.ts'
import { isWebhookSecret, newWebhookSecret, signWebhook } from './crypto/webhook-secret.ts'
import type { WebhookDeps } from './identity/send-webhook.ts'
import type { Platform } from './platform.ts'

interface Shared {
  platform: Pick<Platform, 'random'>
  sealer: Sealer
  reseal: ResealOnUse
}

/** Texts that are sealed for a purpose, of which this node may lack the key. */
export function readableTexts(
  { sealer, reseal }: Pick<Shared, 'sealer' | 'reseal'>,
  tenantId: string,
  purpose: 'webhook-secret' | 'stream-authorization',
): Pick<WebhookDeps, 'seal' | 'open'> {
  const { seal, open } = sealedTexts({ sealer, purpose, tenantId, reseal })
  return {
    seal,
    async open(id, sealed) {
      try {
        return await open(id, sealed)
      } catch (error) {
        if (error instanceof Unsealable) return undefined
        throw error
      }
    },
  }
}

export function webhooksOf(
  shared: Shared,
  tenantId: string,
  own: Pick<WebhookDeps, 'store' | 'issuer' | 'remote' | 'now' | 'id'>,
): WebhookDeps {
  return {
    ...own,
    ...readableTexts(shared, tenantId, 'webhook-secret'),
    newSecret: () => newWebhookSecret(shared.platform.random),
    isSecret: isWebhookSecret,
    sign: signWebhook,
  }
}
