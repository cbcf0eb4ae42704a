/** A request as it arrived, and its body as text. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** What the rest of the listener reads of a request. */
export interface HttpRequest {
  /** The id in the log, and in `X-Request-Id`. */
  readonly id: string
  readonly method: string
  /** Path and query, as sent. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** The tenant that the path names, '' being the root. */
  readonly slug: string
  /** The decoded values of the path, by their names in the route. */
  readonly params: Readonly<Record<string, string>>
  /** Undefined for methods that send none, and where nothing was sent. */
  readonly body: string | undefined
  /** Of the client. Read on arrival, since a connection that has closed has none. */
  readonly address: string
  readonly raw: IncomingMessage
}

/** Why a body is not read. */
export type BodyError = 'unsupported media type' | 'too large' | 'incomplete'

/** Media types of bodies that some route takes. */
const mediaTypes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'application/json',
  'application/jwt',
  'application/entity-statement+jwt',
  'application/trust-chain+json',
])

/** Reads the body of a request whose method may send one. A route still checks whether it takes the media type. `limit`: bytes. */
export async function readBody(raw: IncomingMessage, limit: number): Promise<{ text?: string; error?: BodyError }> {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = raw.headers
  if (type === undefined && encoding === undefined && (length === undefined || length === '0')) return {}
  const [mediaType = ''] = (type ?? '').split(';', 1)
  if (!mediaTypes.has(mediaType.trim().toLowerCase())) return { error: 'unsupported media type' }
  return Number(length) > limit ? { error: 'too large' } : readText(raw, limit)
}

function readText(raw: IncomingMessage, limit: number): Promise<{ text?: string; error?: BodyError }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= limit) chunks.push(chunk)
      else {
        raw.off('data', onData).resume() // the rest is thrown away
        resolve({ error: 'too large' })
      }
    }
    raw.on('data', onData)
    raw.once('end', () => resolve({ text: (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString() }))
    raw.once('error', () => resolve({ error: 'incomplete' }))
  })
}
