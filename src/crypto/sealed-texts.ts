/** Secrets of a tenant that must be readable again, such as those by which it authenticates elsewhere: sealed, each bound to what it belongs to. */
import type { ResealOnUse } from './reseal.ts'
import type { Sealer } from './seal.ts'

export interface SealedTexts {
  /** `id`: what the text belongs to; it opens for nothing else. */
  seal(id: string, text: string): string
  /** Throws `Unsealable`. A text that is under an earlier key is sealed anew. */
  open(id: string, sealed: string): Promise<string>
}

interface Options {
  sealer: Sealer
  reseal: ResealOnUse
  purpose: 'connection-secret' | 'webhook-secret' | 'stream-authorization' | 'vault'
  tenantId: string
}

export function sealedTexts({ sealer, reseal, purpose, tenantId: tenant }: Options): SealedTexts {
  return {
    seal: (id, text) => sealer.seal({ purpose, tenant, id }, Buffer.from(text)),
    async open(id, sealed) {
      const plain = sealer.open({ purpose, tenant, id }, sealed)
      await reseal(purpose, { tenant, id, sealed }, () => plain)
      return plain.toString()
    },
  }
}
