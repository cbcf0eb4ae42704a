/** Parses the compact serialization of signed objects, without verifying it — RFC 7515 §3.1, §5.2. */
import { fromBase64url } from './base64url.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export interface CompactJws {
  header: JsonObject
  payload: Buffer
  /** What was signed. */
  input: string
  signature: Buffer
}

const usualHeader = 2048

/** Undefined when it is malformed, longer than `maxLength` characters, has a header longer than `maxHeader`, or has critical extensions, none of which is supported. */
export function parseJws(token: string, maxLength: number, maxHeader = usualHeader): CompactJws | undefined {
  if (token.length > maxLength) return undefined
  const [first = '', second = '', third = '', ...more] = token.split('.', 4)
  if (more.length > 0 || first.length === 0 || first.length > maxHeader || third.length === 0) return undefined
  const headerBytes = fromBase64url(first)
  const payload = fromBase64url(second)
  const signature = fromBase64url(third)
  if (!headerBytes || !payload || !signature) return undefined
  const header = parseObject(headerBytes)
  if (!header || 'crit' in header || 'b64' in header) return undefined // §4.1.11, RFC 7797 §6
  return { header, payload, signature, input: token.slice(0, first.length + 1 + second.length) }
}

/** A JSON object in UTF-8; undefined when it is anything else. */
export function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
