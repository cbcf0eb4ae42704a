/** Fault injection: a proxy in front of a conforming server that changes one behavior. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { basic } from '../src/actors/authenticate.ts'
import { type HttpResponse, send } from '../src/http/wire.ts'
import { clients } from '../src/target/prepared.ts'

/** A request, which a fault may change before the server receives it. */
export interface Request {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  /** The parsed body, if it is a form. */
  form: URLSearchParams | undefined
  body: string
}

/** A response, which a fault may change before the caller receives it. */
export interface Answer {
  status: number
  headers: Record<string, string>
  cookies: string[]
  body: string
}

export interface Behaviour {
  /** May return a response in place of the server's, which `ask` obtains. */
  request?(request: Request, ask: (request: Request) => Promise<Answer>): Promise<Answer | undefined> | Answer | undefined
  answer?(answer: Answer, request: Request): Promise<void> | void
}

export interface Fault {
  /** What the faulty server does. */
  name: string
  /** Ids of the checks that must all fail. */
  caughtBy: readonly string[]
  /** Creates the behavior, with its own state. */
  begin(): Behaviour
}

export function fault(name: string, caughtBy: readonly string[], behaviour: Behaviour | (() => Behaviour)): Fault {
  return { name, caughtBy, begin: typeof behaviour === 'function' ? behaviour : () => behaviour }
}

/** Changes requests to a path. */
export function before(path: string, change: (request: Request) => Answer | undefined): Behaviour {
  return { request: (request) => (request.path === path ? change(request) : undefined) }
}

/** Changes responses of a path. */
export function after(path: string, change: (answer: Answer, request: Request) => Promise<void> | void): Behaviour {
  return { answer: (answer, request) => (request.path === path ? change(answer, request) : undefined) }
}

/** Changes JSON responses of a path. */
export function afterJson(path: string, change: (object: Record<string, unknown>, request: Request) => Promise<void> | void): Behaviour {
  return after(path, async (answer, request) => {
    if (!answer.body.startsWith('{')) return
    const object = JSON.parse(answer.body)
    await change(object, request)
    answer.body = JSON.stringify(object)
  })
}

/** Sets one JSON member. `value`: the new value or a function of the old one; undefined removes it. */
export function member(path: string, name: string, value: unknown | ((was: unknown, request: Request) => unknown)): Behaviour {
  return afterJson(path, (object, request) => {
    object[name] = typeof value === 'function' ? value(object[name], request) : value
  })
}

/** Sets or removes a response header. */
export function header(path: string, name: string, value: string | undefined, when = (_: Answer) => true): Behaviour {
  return after(path, (answer) => {
    if (!when(answer)) return
    delete answer.headers[name]
    if (value !== undefined) answer.headers[name] = value
  })
}

export function status(path: string, change: (status: number, request: Request) => number): Behaviour {
  return after(path, (answer, request) => {
    answer.status = change(answer.status, request)
  })
}

/** Responds with a fixed response to matching requests. */
export function answers(path: string, when: (request: Request) => unknown, code: number, object: object): Behaviour {
  return before(path, (request) => (when(request) ? answerWith(code, object) : undefined))
}

/** Changes redirects to clients. */
export function afterRedirect(change: (to: URL, request: Request) => void): Behaviour {
  return {
    answer(answer, request) {
      const location = answer.headers['location']
      if (location === undefined || !URL.canParse(location)) return
      const to = new URL(location)
      if (to.host === request.headers['host']) return
      change(to, request)
      answer.headers['location'] = to.href
    },
  }
}

/** Removes parameters from query and body. */
export function without(path: string, ...names: readonly string[]): Behaviour {
  return before(path, ({ query, form }) => {
    for (const name of names) {
      query.delete(name)
      form?.delete(name)
    }
  })
}

export function both(one: Behaviour, other: Behaviour): Behaviour {
  return {
    request: async (request, ask) => (await one.request?.(request, ask)) ?? other.request?.(request, ask),
    async answer(answer, request) {
      await one.answer?.(answer, request)
      await other.answer?.(answer, request)
    },
  }
}

export function answerWith(status: number, object: object): Answer {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, cookies: [], body: JSON.stringify(object) }
}

/** Replaces the credentials of a request by those of a client. */
export function authenticateAs(name: string, { headers, form }: Request): void {
  const { client_id, client_secret } = clients[name]!
  for (const parameter of ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']) form?.delete(parameter)
  delete headers['authorization']
  if (client_secret === undefined) form?.set('client_id', client_id)
  else headers['authorization'] = basic(client_id, client_secret)
}

/** The client named by HTTP Basic or in the body. */
export function clientOf({ headers, form }: Request): string | undefined {
  const named = /^basic (.*)$/i.exec(headers['authorization'] ?? '')?.[1]
  const id = named === undefined ? form?.get('client_id') : Buffer.from(named, 'base64').toString().split(':')[0]
  return Object.keys(clients).find((name) => clients[name]!.client_id === decodeURIComponent(id ?? ''))
}

/** Wraps a request listener with a fault. */
export function faulty({ begin }: Fault): (listener: RequestListener) => RequestListener {
  return (listener) => {
    const behaviour = begin()
    const inner = createServer(listener).listen(0, '127.0.0.1').unref()
    const ready = once(inner, 'listening')
    return async (incoming, outgoing) => {
      await ready
      const request = await read(incoming)
      const ask = (changed: Request) => forward(changed, (inner.address() as { port: number }).port)
      const { status, headers, cookies, body } = await through(behaviour, request, ask)
      const { 'content-length': _, 'transfer-encoding': __, connection, ...kept } = headers
      outgoing.writeHead(status, cookies.length > 0 ? { ...kept, 'set-cookie': cookies } : kept).end(body)
    }
  }
}

async function through(behaviour: Behaviour, request: Request, ask: (request: Request) => Promise<Answer>): Promise<Answer> {
  const answer = (await behaviour.request?.(request, ask)) ?? (await ask(request))
  await behaviour.answer?.(answer, request)
  return answer
}

async function read(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString('utf8')
  const { pathname, searchParams } = new URL(incoming.url!, 'http://server.invalid')
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded'
  return {
    method: incoming.method!,
    path: pathname,
    query: searchParams,
    headers,
    form: isForm ? new URLSearchParams(body) : undefined,
    body,
  }
}

async function forward({ method, path, query, headers, form, body }: Request, port: number): Promise<Answer> {
  const search = query.size > 0 ? `?${query}` : ''
  const { 'content-length': _, 'transfer-encoding': __, connection, ...kept } = headers
  const content = form?.toString() ?? body
  const wish = { method, url: `http://127.0.0.1:${port}${path}${search}`, headers: kept, ...(method === 'GET' ? {} : { body: content }) }
  const answer: HttpResponse = await send(wish, { signal: AbortSignal.timeout(10_000) })
  return { status: answer.status, headers: { ...answer.headers }, cookies: [...answer.cookies], body: answer.body }
}
