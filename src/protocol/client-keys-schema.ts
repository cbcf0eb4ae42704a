/** Public keys as clients and attesters register them — RFC 7517 §5. */
import { z } from 'zod'
import { isPublicJwk } from './codec/public-key.ts'

/** At most 20 valid public keys. RFC 7517 §5 */
export const clientKeys = z.strictObject({
  keys: z
    .array(z.record(z.string().max(100), z.json()).refine(isPublicJwk, 'must be a public key'))
    .min(1)
    .max(20)
    .refine((keys) => JSON.stringify(keys).length <= 32_768, 'must not be longer than 32768 characters as JSON')
    .describe('Public keys as a JSON array of JWKs, RFC 7517 §5'),
})
