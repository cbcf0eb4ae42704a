/** Requests and responses of one check, in the order in which they were sent. */
import { type Bounds, type HttpRequest, type HttpResponse, send, Unanswered } from './wire.ts'

/** A request and its response. */
export interface Exchange {
  /** The sender: `Browser`, or the name of a client. */
  from: string
  /** `client` for a browser's request to a client, which is recorded but not sent. */
  to: 'server' | 'client'
  request: { method: string; url: string; headers: Readonly<Record<string, string | readonly string[]>>; body?: string }
  response?: { status: number; headers: Readonly<Record<string, string>>; cookies: readonly string[]; body: string }
  /** Why there is no response. */
  failure?: string
  milliseconds: number
  /** How the check interpreted the response. */
  seen?: 'accepted' | 'refused'
}

/** A response with its exchange. */
export interface Reply extends HttpResponse {
  exchange: Exchange
}

export interface Recorder {
  readonly exchanges: readonly Exchange[]
  /** Throws `Unanswered`. */
  send(from: string, httpRequest: HttpRequest): Promise<Reply>
  /** Records that a browser reached a client. */
  arrive(url: string, method: 'GET' | 'POST', body?: string): Exchange
}

/** Exchanges beyond this are not recorded. */
const maxExchanges = 1000

export function recorder(bounds: Bounds): Recorder {
  const exchanges: Exchange[] = []
  const add = (exchange: Exchange) => {
    if (exchanges.length < maxExchanges) exchanges.push(exchange)
    return exchange
  }
  return {
    exchanges,
    async send(from, httpRequest) {
      const { headers = {}, certificate: _, ...request } = httpRequest
      const exchange = add({ from, to: 'server', request: { ...request, headers }, milliseconds: 0 })
      const begin = performance.now()
      try {
        const answer = await send(httpRequest, bounds)
        exchange.response = answer
        return { ...answer, exchange }
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error
        exchange.failure = error.message
        throw new Unanswered(`${new URL(httpRequest.url).origin}${new URL(httpRequest.url).pathname} ${error.message}`)
      } finally {
        exchange.milliseconds = Math.round(performance.now() - begin)
      }
    },
    arrive: (url, method, body) =>
      add({
        from: 'Browser',
        to: 'client',
        request: { method, url, headers: {}, ...(body === undefined ? {} : { body }) },
        milliseconds: 0,
      }),
  }
}
