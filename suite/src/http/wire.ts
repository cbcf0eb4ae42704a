/** One HTTP request: bounded in time and size. It follows no redirect and keeps no connection. */
import { type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface Wish {
  method: string
  url: string
  headers?: Readonly<Record<string, string | readonly string[]>>
  body?: string
}

export interface Answer {
  status: number
  /** By lower-case name; repeated fields joined by a comma. */
  headers: Readonly<Record<string, string>>
  /** Each `Set-Cookie` field. */
  cookies: readonly string[]
  body: string
}

export interface Bounds {
  signal: AbortSignal
  /** PEM of certificate authorities to trust beside the usual ones. */
  ca?: string | undefined
}

/** There was no answer in HTTP. The message says why, in a sentence that follows a URL. */
export class Unanswered extends Error {}

const maxSeconds = 10
const maxBytes = 2 * 1024 * 1024

export function send(wish: Wish, { signal, ca }: Bounds): Promise<Answer> {
  const url = new URL(wish.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Unanswered(`is no HTTP address: ${url.protocol}`)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const deadline = AbortSignal.timeout(maxSeconds * 1000)
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new Unanswered(reasonOf(error, deadline)))
    const options = { method: wish.method, headers: headersOf(wish), agent: false, signal: AbortSignal.any([signal, deadline]), ca }
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = []
      let bytes = 0
      incoming.on('error', fail)
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxBytes) incoming.destroy(new Unanswered(`answered with more than ${maxBytes} bytes`))
        else chunks.push(chunk)
      })
      incoming.on('end', () => {
        const { 'set-cookie': cookies = [], ...headers } = incoming.headersDistinct
        const joined = Object.entries(headers).map(([name, values = []]) => [name, values.join(', ')])
        resolve({
          status: incoming.statusCode!,
          headers: Object.fromEntries(joined),
          cookies,
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    outgoing.on('error', fail)
    outgoing.end(wish.body)
  })
}

function headersOf({ headers = {}, body }: Wish): OutgoingHttpHeaders {
  const given = headers as OutgoingHttpHeaders
  return body === undefined ? given : { ...given, 'content-length': Buffer.byteLength(body) }
}

function reasonOf(error: Error & { code?: string }, deadline: AbortSignal): string {
  if (error instanceof Unanswered) return error.message
  if (deadline.aborted) return `did not answer within ${maxSeconds} seconds`
  if (error.name === 'AbortError') return 'did not answer before the time of the check was over'
  if (error.code?.startsWith('HPE_')) return `answered, but not in HTTP (${error.code})`
  return reasons[error.code ?? ''] ?? `could not be reached (${error.code ?? error.message})`
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection without an answer',
  ENOTFOUND: 'has a host name that does not exist',
  EAI_AGAIN: 'has a host name that could not be looked up',
  EPROTO: 'does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that is not trusted; name its authority as `ca` in the target file',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate that is not trusted; name its authority as `ca` in the target file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate that is not trusted; name its authority as `ca` in the target file',
}
