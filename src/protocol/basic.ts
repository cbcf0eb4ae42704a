/** HTTP Basic credentials — RFC 7617, with both parts form-encoded: RFC 6749 §2.3.1, Appendix B. */
import { isUtf8 } from 'node:buffer'
import { refuse } from './errors.ts'
import type { Request } from './request-reply.ts'

/** The credentials of the Authorization header; undefined when it is of another scheme. Refuses what is not well-formed. */
export function readBasic({ headers }: Pick<Request, 'headers'>): { id: string; secret: string } | undefined {
  const header = headers['authorization']
  if (typeof header !== 'string' || !/^basic /i.test(header)) return undefined
  const decoded = fromBase64(header.slice(6).trim())
  const colon = decoded?.indexOf(':') ?? -1
  if (decoded === undefined || colon < 0) refuse('invalid_request', 'the Authorization header is not Basic base64(client_id:client_secret)')
  return { id: formDecode(decoded.slice(0, colon)), secret: formDecode(decoded.slice(colon + 1)) }
}

/** The text; undefined when it is not exactly base64 of UTF-8: Node's own decoders forgive. RFC 7617 §2, RFC 4648 §3.3. */
function fromBase64(encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.toString('base64') === encoded && isUtf8(bytes) ? bytes.toString() : undefined
}

/** RFC 6749 Appendix B. */
function formDecode(text: string): string {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    if (!decoded.includes('\0')) return decoded
  } catch {
    // Told below.
  }
  return refuse('invalid_request', 'the Basic credentials are not form-encoded; write % as %25')
}
