/** Trust marks and delegations of the right to issue them: what one says — OpenID Federation 1.0 §7.1, §7.2. */
import { type CompactJws, type JsonObject, parseJws, parseObject } from '../codec/jws.ts'
import { isEntityIdentifier } from './entity-identifier.ts'

export interface TrustMark {
  type: string
  iss: string
  sub: string
  /** Seconds since the epoch. */
  iat: number
  exp: number | undefined
  claims: JsonObject
  jws: CompactJws
}

/** In characters. A mark holds the delegation by which it was issued. */
const longest = { 'trust-mark+jwt': 16_384, 'trust-mark-delegation+jwt': 8192 } as const
export const maxDelegation = longest['trust-mark-delegation+jwt']

/** undefined: it is malformed, or no trust mark. Nothing is verified yet. §7.1 */
export function readTrustMark(jwt: unknown): TrustMark | undefined {
  return readTyped('trust-mark+jwt', jwt)
}

/** The right of `sub` to issue trust marks of a type that `iss` owns, in the same way. §7.2.1 */
export function readDelegation(jwt: unknown): TrustMark | undefined {
  return readTyped('trust-mark-delegation+jwt', jwt)
}

function readTyped(typ: keyof typeof longest, jwt: unknown): TrustMark | undefined {
  const jws = typeof jwt === 'string' ? parseJws(jwt, longest[typ]) : undefined
  const claims = jws?.header['typ'] === typ ? parseObject(jws.payload) : undefined
  if (!jws || !claims) return undefined
  const { iss, sub, iat, exp, trust_mark_type: type } = claims
  if (!isEntityIdentifier(iss) || !isEntityIdentifier(sub) || typeof type !== 'string' || type === '') return undefined
  if (!Number.isSafeInteger(iat) || (exp !== undefined && !Number.isSafeInteger(exp))) return undefined
  return { ...{ type, iss, sub, claims, jws }, iat: iat as number, exp: exp as number | undefined }
}

/** Clocks of others may be a minute ahead. */
export function isInForce({ iat, exp }: Pick<TrustMark, 'iat' | 'exp'>, now: number): boolean {
  return iat <= now + 60 && (exp === undefined || exp > now)
}
