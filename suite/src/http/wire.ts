/** A single HTTP request, bounded in time and size. Redirects are not followed. */
import { Agent as HttpAgent, type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'

export interface HttpRequest {
  method: string
  url: string
  headers?: Readonly<Record<string, string | readonly string[]>>
  body?: string
  /** Presented in the TLS handshake. */
  certificate?: ClientCertificate | undefined
}

/** PEM, RFC 8705 §2. */
export interface ClientCertificate {
  cert: string
  key: string
}

export interface HttpResponse {
  status: number
  /** By lower-case name; repeated fields are joined by commas. */
  headers: Readonly<Record<string, string>>
  /** Each `Set-Cookie` field. */
  cookies: readonly string[]
  body: string
}

export interface Bounds {
  signal: AbortSignal
  /** Time limit of the request. Default: 10. */
  seconds?: number | undefined
  /** PEM of additional certificate authorities. */
  ca?: string | undefined
  /** Default: one connection per request. */
  connections?: Connections | undefined
}

/** Reusable connections. */
export interface Connections {
  http: HttpAgent
  https: HttpsAgent
  close(): void
}

export function connections(): Connections {
  const [http, https] = [new HttpAgent({ keepAlive: true }), new HttpsAgent({ keepAlive: true })]
  return { http, https, close: () => [http, https].forEach((agent) => void agent.destroy()) }
}

/** There was no HTTP response. The message completes a sentence that begins with the URL. */
export class Unanswered extends Error {}

const usualSeconds = 10
const maxBytes = 2 * 1024 * 1024

export async function send(request: HttpRequest, bounds: Bounds): Promise<HttpResponse> {
  const { protocol } = new URL(request.url)
  if (protocol !== 'http:' && protocol !== 'https:') throw new Unanswered(`is no HTTP address: ${protocol}`)
  try {
    return await attempt(request, bounds)
  } catch (error) {
    // The server closed an idle connection just as it was reused.
    if (error instanceof Stale) return attempt(request, { ...bounds, connections: undefined })
    throw error
  }
}

class Stale extends Error {}

function attempt(request: HttpRequest, { signal, ca, connections, seconds = usualSeconds }: Bounds): Promise<HttpResponse> {
  const url = new URL(request.url)
  const isTls = url.protocol === 'https:'
  const { certificate } = request
  const agent = (certificate ? undefined : isTls ? connections?.https : connections?.http) ?? false // connections have one certificate
  const deadline = AbortSignal.timeout(seconds * 1000)
  const options = {
    method: request.method,
    headers: headersOf(request),
    agent,
    signal: AbortSignal.any([signal, deadline]),
    ca,
    ...certificate,
  }
  return new Promise((resolve, reject) => {
    const outgoing = (isTls ? requestHttps : requestHttp)(url, options, (incoming) => {
      readResponse(incoming).then(resolve, fail)
    })
    function fail(error: Error & { code?: string }): void {
      reject(
        outgoing.reusedSocket && error.code === 'ECONNRESET'
          ? new Stale()
          : new Unanswered(reasonOf(error, deadline.aborted ? seconds : undefined)),
      )
    }
    outgoing.on('error', fail)
    outgoing.end(request.body)
  })
}

async function readResponse(incoming: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Unanswered(`answered with more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  const { 'set-cookie': cookies = [], ...headers } = incoming.headersDistinct
  const joined = Object.entries(headers).map(([name, values = []]) => [name, values.join(', ')])
  return { status: incoming.statusCode!, headers: Object.fromEntries(joined), cookies, body: Buffer.concat(chunks).toString('utf8') }
}

function headersOf({ headers = {}, body }: HttpRequest): OutgoingHttpHeaders {
  const given = headers as OutgoingHttpHeaders
  return body === undefined ? given : { ...given, 'content-length': Buffer.byteLength(body) }
}

/** `waited`: seconds, if the request timed out. */
function reasonOf(error: Error & { code?: string }, waited: number | undefined): string {
  if (error instanceof Unanswered) return error.message
  if (waited !== undefined) return `did not answer within ${waited} seconds`
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
