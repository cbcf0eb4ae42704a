/** Trust marks: what one says, and whether its issuer made it — OpenID Federation 1.0 §7. */
import { type CompactJws, type JsonObject, parseJws, parseObject } from '../codec/jws.ts'
import { isEntityIdentifier } from './entity-identifier.ts'

export interface TrustMark {
  type: string
  iss: string
  sub: string
  iat: number
  exp: number | undefined
  claims: JsonObject
  jws: CompactJws
}

const maxMark = 16_384

/** undefined: it is malformed, or no trust mark. Nothing is verified yet. §7.1 */
export function readTrustMark(jwt: unknown): TrustMark | undefined {
  const jws = typeof jwt === 'string' ? parseJws(jwt, maxMark) : undefined
  const claims = jws?.header['typ'] === 'trust-mark+jwt' ? parseObject(jws.payload) : undefined
  if (!jws || !claims) return undefined
  const { iss, sub, iat, exp, trust_mark_type: type } = claims
  if (!isEntityIdentifier(iss) || !isEntityIdentifier(sub) || typeof type !== 'string' || type === '') return undefined
  if (!Number.isSafeInteger(iat) || (exp !== undefined && !Number.isSafeInteger(exp))) return undefined
  return { ...{ type, iss, sub, claims, jws }, iat: iat as number, exp: exp as number | undefined }
}
