/** A raw HTTP/1.1 client: sends requests that client libraries refuse to send, and returns answers unmodified — RFC 9112. */
import { connect, type Socket } from 'node:net'

export type Headers = readonly (readonly [name: string, value: string])[]

export interface Request {
  method: string
  /** Written to the request line as Latin-1. */
  target: string
  headers: Headers
  body?: Buffer | undefined
  /** Sent instead of everything above, on a new connection. */
  bytes?: Buffer | undefined
}

export interface Answer {
  status: number
  /** In the order and case received. */
  headers: Headers
  body: Buffer
  ms: number
}

/** The server closed the connection, sent nothing in time, or sent something that is not HTTP. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

export interface Connection {
  /** Throws `NoAnswer`. */
  send(request: Request): Promise<Answer>
  close(): void
}

const patience = 30_000

/** Connections to 127.0.0.1, each for one request at a time. `host`: the default Host header. */
export function connection(port: number, host: string): Connection {
  const idle: Socket[] = []

  async function send(request: Request): Promise<Answer> {
    const kept = request.bytes ? undefined : idle.pop()
    const isOpen = kept && !kept.destroyed && kept.readyState === 'open'
    const socket = isOpen ? kept : await opened(port)
    try {
      const answer = await exchange(socket, bytesOf(request, host), request.method)
      if (request.bytes || /close/i.test(header(answer, 'connection') ?? '')) socket.destroy()
      else idle.push(socket)
      return answer
    } catch (error) {
      socket.destroy()
      if (isOpen && error instanceof Idle) return send(request) // the idle connection had been closed
      throw error
    }
  }
  return { send, close: () => idle.forEach((socket) => void socket.destroy()) }
}

/** The value of a header; undefined when it is not there. */
export function header({ headers }: { headers: Headers }, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1]
}

/** The bytes on the wire. */
export function bytesOf({ method, target, headers, body, bytes }: Request, host: string): Buffer {
  if (bytes) return bytes
  const given = new Set(headers.map(([name]) => name.toLowerCase()))
  const own: [string, string][] = []
  if (!given.has('host')) own.push(['Host', host])
  if (body && !given.has('content-length') && !given.has('transfer-encoding')) own.push(['Content-Length', String(body.length)])
  const lines = [`${method} ${target} HTTP/1.1`, ...[...own, ...headers].map(([name, value]) => `${name}: ${value}`), '', '']
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body ?? Buffer.alloc(0)])
}

class Idle extends NoAnswer {}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    socket.once('error', (error) => reject(new NoAnswer(`no connection: ${error.message}`)))
    socket.once('connect', () => resolve(socket.removeAllListeners('error').on('error', () => {})))
  })
}

function exchange(socket: Socket, bytes: Buffer, method: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    let received: Buffer = Buffer.alloc(0)
    const timer = setTimeout(() => settle(new NoAnswer(`nothing for ${patience / 1000} s`)), patience)
    const onData = (part: Buffer) => {
      received = Buffer.concat([received, part])
      look(false)
    }
    const onEnd = () => look(true)
    const look = (ended: boolean) => {
      try {
        const answer = parsed(received, method, ended)
        if (answer) settle({ ...answer, ms: performance.now() - begun })
        else if (ended) settle(received.length === 0 ? new Idle('the connection was cut') : new NoAnswer('the answer was cut off'))
      } catch (error) {
        settle(error as NoAnswer)
      }
    }
    function settle(outcome: Answer | NoAnswer) {
      clearTimeout(timer)
      socket.off('data', onData).off('end', onEnd).off('close', onEnd)
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    socket.on('data', onData).on('end', onEnd).on('close', onEnd)
    socket.write(bytes)
  })
}

/** Undefined while the answer is incomplete. */
function parsed(received: Buffer, method: string, ended: boolean): Omit<Answer, 'ms'> | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? Number.NaN)
  if (Number.isNaN(status)) throw new NoAnswer(`not HTTP: ${JSON.stringify(first.slice(0, 60))}`)
  const rest = received.subarray(end + 4)
  if (status < 200) return parsed(rest, method, ended)
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
  // An answer to a request that could not be parsed has a body even if the method was HEAD.
  const isHead = method === 'HEAD' && header({ headers }, 'x-request-id') !== undefined
  const body = bodyOf(rest, { headers }, isHead || status === 204 || status === 304, ended)
  return body && { status, headers, body }
}

function bodyOf(rest: Buffer, head: { headers: Headers }, empty: boolean, ended: boolean): Buffer | undefined {
  if (empty) return whole(rest, 0)
  if (/chunked/i.test(header(head, 'transfer-encoding') ?? '')) return unchunked(rest)
  const length = header(head, 'content-length')
  if (length === undefined) return ended ? rest : undefined
  return rest.length < Number(length) ? undefined : whole(rest, Number(length))
}

function whole(rest: Buffer, length: number): Buffer {
  if (rest.length > length) throw new NoAnswer('more than one answer')
  return rest
}

function unchunked(rest: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const end = rest.indexOf('\r\n', at)
    if (end < 0) return undefined
    const size = Number.parseInt(rest.subarray(at, end).toString('latin1'), 16)
    if (rest.length < end + 2 + size + 2) return undefined
    if (size === 0) return Buffer.concat(parts)
    parts.push(rest.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}
