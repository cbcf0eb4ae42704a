/** The compact form of a signed JWT — RFC 7515 §3.1, §5.2; RFC 8725 §3. Taking it apart says nothing about its signature. */
import { type Algorithm, knownAlgorithms } from './public-key.ts'

export interface Jws {
  header: Readonly<Record<string, unknown>>
  /** Not to be looked at before the signature is. */
  payload: string
  signed: string
  signature: Buffer
}

const MOST_CHARACTERS = 16_384
const MOST_IN_HEADER = 4096

/** Three parts, with dots between them. */
export function looksLikeJws(text: string): boolean {
  return text.split('.', 4).length === 3
}

/** Undefined when it is too long or not of the form. */
export function readJws(text: string): Jws | undefined {
  if (text.length > MOST_CHARACTERS || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return undefined
  const first = text.indexOf('.')
  const last = text.lastIndexOf('.')
  if (first > MOST_IN_HEADER) return undefined
  const header = readObject(decoded(text.slice(0, first)))
  if (!header) return undefined
  return {
    header,
    payload: text.slice(first + 1, last),
    signed: text.slice(0, last),
    signature: Buffer.from(text.slice(last + 1), 'base64url'),
  }
}

/** The claims. Undefined when they are no JSON object. */
export function claimsOf({ payload }: Jws): Record<string, unknown> | undefined {
  return readObject(decoded(payload))
}

/** The algorithm of the header, if it is one of these and the header asks for nothing we do not do. RFC 7515 §4.1.11, RFC 8725 §3.1. */
export function algorithmOf({ header }: Jws, allowed: readonly Algorithm[]): Algorithm | undefined {
  if ('crit' in header) return undefined
  return knownAlgorithms.find((alg) => alg === header['alg'] && allowed.includes(alg))
}

/** Is the header's `typ` this one? RFC 7515 §4.1.9: without regard to case, with or without `application/`. */
export function hasType({ header }: Jws, type: string): boolean {
  const { typ } = header
  return typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === type
}

function decoded(part: string): string {
  return Buffer.from(part, 'base64url').toString()
}

function readObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
