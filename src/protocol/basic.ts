/** HTTP Basic credentials — RFC 7617, with both parts form-encoded: RFC 6749 §2.3.1, Appendix B. */
import { isUtf8 } from 'node:buffer'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Request } from './request-reply.ts'

export interface BasicCredentials {
  id: string
  /** What the secret may be: form-decoded, and as it was sent, for clients that do not encode it. */
  secrets: readonly string[]
}

/** The credentials of the Authorization header; undefined when its scheme is another. Refuses malformed ones. */
export function readBasic({ headers }: Pick<Request, 'headers'>): BasicCredentials | undefined {
  const header = headers['authorization']
  if (typeof header !== 'string' || !/^basic /i.test(header)) return undefined
  const decoded = fromBase64(header.slice(6).trim())
  const colon = decoded?.indexOf(':') ?? -1
  if (decoded === undefined || colon < 0) refuse('invalid_request', 'the Authorization header is not Basic base64(client_id:client_secret)')
  const id = formDecoded(decoded.slice(0, colon))
  if (id === undefined) refuse('invalid_request', 'the Basic credentials are not form-encoded; write % as %25')
  const sent = decoded.slice(colon + 1)
  return { id, secrets: [...new Set([formDecoded(sent) ?? sent, sent])] }
}

/** The text; undefined when it is not exactly base64 of UTF-8. Node's own decoders are lenient. RFC 7617 §2, RFC 4648 §3.3. */
function fromBase64(encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.toString('base64') === encoded && isUtf8(bytes) ? bytes.toString() : undefined
}

/** RFC 6749 Appendix B. Undefined when it is not form-encoded or holds a NUL. */
function formDecoded(text: string): string | undefined {
  if (/^[\w.~-]*$/.test(text)) return text // as nearly always
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return decoded.includes('\0') ? undefined : decoded
  } catch {
    return undefined
  }
}

/** Whether one of these matches a stored secret. All are compared, so that the time does not reveal which one. */
export async function matchesOne(
  { tokens }: Pick<Ctx, 'tokens'>,
  secrets: readonly string[],
  hashes: readonly string[] | undefined,
): Promise<boolean> {
  let found = false
  for (const secret of secrets) if (await tokens.matchesSecret(secret, hashes)) found = true
  return found
}
