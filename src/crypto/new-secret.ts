/** Secrets for clients and APIs: 256 bits unless an operator chose one, of which a keyed hash is stored — RFC 6749 §2.3.1, §10.10. */
import type { SecretRow } from '../protocol/registry.ts'
import type { TenantTokens } from './tokens.ts'

interface Wanted {
  id: string
  now: number
  /** In seconds; undefined: it does not expire. */
  lifetime: number | undefined
  /** Chosen by the operator. */
  text?: string | undefined
  /** The client signs with it. */
  signs?: boolean
}

export function newSecret(tokens: TenantTokens, { id, now, lifetime, text, signs = false }: Wanted): { row: SecretRow; shown: string } {
  const expiry = lifetime === undefined ? {} : { expiresAt: now + lifetime }
  const made = text === undefined ? tokens.newSecret(signs) : { text, stored: tokens.hashSecret(text) }
  return { row: { id, hash: made.stored, createdAt: now, ...expiry }, shown: made.text }
}
