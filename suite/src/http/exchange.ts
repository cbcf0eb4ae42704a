/** What was said during a check, in the order in which it was begun. */
import { type Answer, type Bounds, send, Unanswered, type Wish } from './wire.ts'

/** One request and what came back. */
export interface Exchange {
  /** Who sent it: `Browser`, or a client or API of the target by its name there. */
  from: string
  /** `client` for what a browser brings to a client; it is not sent, the suite is the client. */
  to: 'server' | 'client'
  request: { method: string; url: string; headers: Readonly<Record<string, string | readonly string[]>>; body?: string }
  response?: { status: number; headers: Readonly<Record<string, string>>; cookies: readonly string[]; body: string }
  /** Why no response came. */
  failure?: string
  milliseconds: number
  /** What the check took the response for. */
  seen?: 'accepted' | 'refused'
}

/** An answer, and the exchange it is part of. */
export interface Reply extends Answer {
  exchange: Exchange
}

export interface Recorder {
  readonly exchanges: readonly Exchange[]
  /** Throws `Unanswered`. */
  send(from: string, wish: Wish): Promise<Reply>
  /** Notes that a browser came to a client. */
  arrive(url: string, method: 'GET' | 'POST', body?: string): Exchange
}

/** A check that says more than this is not read to its end. */
const maxExchanges = 1000

export function recorder(bounds: Bounds): Recorder {
  const exchanges: Exchange[] = []
  const add = (exchange: Exchange) => {
    if (exchanges.length < maxExchanges) exchanges.push(exchange)
    return exchange
  }
  return {
    exchanges,
    async send(from, wish) {
      const { headers = {}, ...request } = wish
      const exchange = add({ from, to: 'server', request: { ...request, headers }, milliseconds: 0 })
      const begin = performance.now()
      try {
        const answer = await send(wish, bounds)
        exchange.response = answer
        return { ...answer, exchange }
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error
        exchange.failure = error.message
        throw new Unanswered(`${new URL(wish.url).origin}${new URL(wish.url).pathname} ${error.message}`)
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
