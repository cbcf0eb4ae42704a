/** Secrets for clients and APIs: 256 bits unless an operator chose one, stored only as a keyed hash — RFC 6749 §2.3.1, §10.10. */
import type { SecretRow } from '../protocol/registry.ts'
import type { TenantTokens } from './tokens.ts'

/** `lifetime`: in seconds; undefined: it does not expire. `text`: chosen by the operator. */
export function newSecret(
  tokens: TenantTokens,
  { id, now, lifetime, text = tokens.make('cs') }: { id: string; now: number; lifetime: number | undefined; text?: string | undefined },
): { row: SecretRow; shown: string } {
  const expiry = lifetime === undefined ? {} : { expiresAt: now + lifetime }
  return { row: { id, hash: tokens.hashSecret(text), createdAt: now, ...expiry }, shown: text }
}
