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
  /** In lower case, without parameters; empty where none is named. */
  readonly mediaType: string
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

export const formType = 'application/x-www-form-urlencoded'
export const jsonType = 'application/json'
/** The media types of what is not a form, and not only JSON, by what a route names its body. */
export const signedTypes: Readonly<Record<string, readonly string[]>> = {
  'json or jwt': ['application/jwt'],
  'entity statement': ['application/entity-statement+jwt', 'application/trust-chain+json'], // OpenID Federation §12.2.1
}
const mediaTypes: ReadonlySet<string> = new Set([formType, jsonType, ...Object.values(signedTypes).flat()])

export function mediaTypeOf({ 'content-type': type = '' }: IncomingHttpHeaders): string {
  const [mediaType = ''] = type.split(';', 1)
  return mediaType.trim().toLowerCase()
}

/** Reads the body of a request whose method may send one. A route still checks whether it takes the media type. `limit`: bytes. */
export async function readBody(
  { headers, mediaType, raw }: Pick<HttpRequest, 'headers' | 'mediaType' | 'raw'>,
  limit: number,
): Promise<{ text?: string; error?: BodyError }> {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = headers
  if (type === undefined && encoding === undefined && (length === undefined || length === '0')) return {}
  if (!mediaTypes.has(mediaType)) return { error: 'unsupported media type' }
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
