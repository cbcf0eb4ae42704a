/** The compact form of a signed JWT — RFC 7515 §3.1, §5.2; RFC 8725 §3. Reading it verifies nothing yet. */
import { type Algorithm, knownAlgorithms } from './public-key.ts'

export interface Jws {
  header: Readonly<Record<string, unknown>>
  /** Not to be read before the signature is verified. */
  payload: string
  /** What the signature covers. */
  signed: string
  signature: Buffer
}

const MAX_CHARACTERS = 16_384
/** Enough for a DPoP proof that carries a public key of ML-DSA-87. */
const MAX_HEADER_CHARACTERS = 6144

/** Three parts with dots between them. */
export function looksLikeJws(text: string): boolean {
  return text.split('.', 4).length === 3
}

/** Undefined when it is too long or malformed. */
export function readJws(text: string): Jws | undefined {
  if (text.length > MAX_CHARACTERS || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return undefined
  const first = text.indexOf('.')
  const last = text.lastIndexOf('.')
  if (first > MAX_HEADER_CHARACTERS) return undefined
  const header = readObject(text.slice(0, first))
  if (!header) return undefined
  return {
    header,
    payload: text.slice(first + 1, last),
    signed: text.slice(0, last),
    signature: Buffer.from(text.slice(last + 1), 'base64url'),
  }
}

/** The claims. Undefined when they are not a JSON object. */
export function claimsOf({ payload }: Jws): Record<string, unknown> | undefined {
  return readObject(payload)
}

/** The algorithm of the header, if it is allowed and the header has no critical extension. RFC 7515 §4.1.11, RFC 8725 §3.1 */
export function algorithmOf({ header }: Jws, allowed: readonly Algorithm[]): Algorithm | undefined {
  if ('crit' in header) return undefined
  return knownAlgorithms.find((alg) => alg === header['alg'] && allowed.includes(alg))
}

/** Whether `typ` of the header is this type, in any case, with or without `application/`. RFC 7515 §4.1.9 */
export function hasType({ header }: Jws, type: string): boolean {
  const { typ } = header
  return typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === type
}

function readObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
