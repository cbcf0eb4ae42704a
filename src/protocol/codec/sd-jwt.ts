/** Selectively disclosable claims — SD-JWT, RFC 9901 §4. */
import { sha256 } from './digest.ts'

/** One claim that the holder can leave out. §4.2.1 */
export interface Disclosable {
  name: string
  value: unknown
  /** 128 random bits in base64url. §9.3 */
  salt: string
}

/** What of the payload stands for these claims, and the disclosures that belong to it. The order of the digests tells nothing. §4.2.4.1 */
export function disclosable(claims: readonly Disclosable[]): { payload: object; disclosures: readonly string[] } {
  if (claims.length === 0) return { payload: {}, disclosures: [] }
  const disclosures = claims.map(({ salt, name, value }) => Buffer.from(JSON.stringify([salt, name, value])).toString('base64url'))
  return { payload: { _sd: disclosures.map(sha256).toSorted(), _sd_alg: 'sha-256' }, disclosures }
}

/** §4: a signed payload with its disclosures, for a holder who will prove possession of a key. */
export function withDisclosures(jwt: string, disclosures: readonly string[]): string {
  return [jwt, ...disclosures, ''].join('~')
}
