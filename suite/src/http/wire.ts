/** One HTTP request: bounded in time and size. It follows no redirect. */
import { Agent as HttpAgent, type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'

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
  /** For the answer to one request; 10 when absent. */
  seconds?: number | undefined
  /** PEM of certificate authorities to trust beside the usual ones. */
  ca?: string | undefined
  /** Absent: a connection for each request. */
  connections?: Connections | undefined
}

/** Connections that are used again. */
export interface Connections {
  http: HttpAgent
  https: HttpsAgent
  close(): void
}

export function connections(): Connections {
  const [http, https] = [new HttpAgent({ keepAlive: true }), new HttpsAgent({ keepAlive: true })]
  return { http, https, close: () => [http, https].forEach((agent) => void agent.destroy()) }
}

/** There was no answer in HTTP. The message says why, in a sentence that follows a URL. */
export class Unanswered extends Error {}

const usualSeconds = 10
const maxBytes = 2 * 1024 * 1024

export async function send(wish: Wish, bounds: Bounds): Promise<Answer> {
  const { protocol } = new URL(wish.url)
  if (protocol !== 'http:' && protocol !== 'https:') throw new Unanswered(`is no HTTP address: ${protocol}`)
  try {
    return await attempt(wish, bounds)
  } catch (error) {
    // The server closed a kept connection just as it was used again.
    if (error instanceof Stale) return attempt(wish, { ...bounds, connections: undefined })
    throw error
  }
}

class Stale extends Error {}

function attempt(wish: Wish, { signal, ca, connections, seconds = usualSeconds }: Bounds): Promise<Answer> {
  const url = new URL(wish.url)
  const isTls = url.protocol === 'https:'
  const agent = (isTls ? connections?.https : connections?.http) ?? false
  const deadline = AbortSignal.timeout(seconds * 1000)
  const options = { method: wish.method, headers: headersOf(wish), agent, signal: AbortSignal.any([signal, deadline]), ca }
  return new Promise((resolve, reject) => {
    const outgoing = (isTls ? requestHttps : requestHttp)(url, options, (incoming) => {
      readAnswer(incoming).then(resolve, fail)
    })
    function fail(error: Error & { code?: string }): void {
      reject(
        outgoing.reusedSocket && error.code === 'ECONNRESET'
          ? new Stale()
          : new Unanswered(reasonOf(error, deadline.aborted ? seconds : undefined)),
      )
    }
    outgoing.on('error', fail)
    outgoing.end(wish.body)
  })
}

async function readAnswer(incoming: IncomingMessage): Promise<Answer> {
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

function headersOf({ headers = {}, body }: Wish): OutgoingHttpHeaders {
  const given = headers as OutgoingHttpHeaders
  return body === undefined ? given : { ...given, 'content-length': Buffer.byteLength(body) }
}

/** `waited`: seconds, when that was too long. */
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
