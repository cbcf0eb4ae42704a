/** Documents of others at their addresses, remembered for a while — RFC 9111 §5.2.2.1. */
import type { Remote, RemoteAnswer } from '../protocol/remote.ts'

/** Seconds for which a document is taken as it is: what its server says, within these. */
const fresh = { least: 300, most: 86_400 }
/** Documents that are remembered; the ones that were not used for longest are forgotten first. */
const maxDocuments = 1000

/** What is known of an address: its document, or why there is none. */
export interface Known<T> {
  value: T | undefined
  /** Of the last try, if that failed. */
  error: unknown
}

interface Entry<T> extends Known<T> {
  askedAt: number
  freshUntil: number
}

export interface Remembered<T> {
  /** As it was remembered, or is now. */
  at(url: string): Promise<Known<T>>
  /** As it is now; as it was remembered if it was asked for just before. */
  anew(url: string): Promise<Known<T>>
}

interface Options<T> {
  remote: Remote
  /** Seconds since the epoch. */
  now(): number
  /** Is told why an address gave no document. */
  failed(url: string, error: unknown): void
  accept: string
  maxBytes: number
  /** Throws when the answer is no such document. */
  read(answer: RemoteAnswer): T
  /** An address is asked at most once in so many seconds when its document is fresh or it did not answer. */
  pause: number
  /** Seconds for which a document is still used after it was fresh, while its server gives none. */
  staleFor: number
}

export function remembered<T>({ remote, now, failed, accept, maxBytes, read, pause, staleFor }: Options<T>): Remembered<T> {
  const never = Number.NEGATIVE_INFINITY
  const nothing: Entry<T> = { value: undefined, error: undefined, askedAt: never, freshUntil: never }
  const known = new Map<string, Entry<T>>()
  const underWay = new Map<string, Promise<Entry<T>>>()

  /** Also when the clock was set back. */
  const mayAsk = ({ askedAt }: Entry<T>) => Math.abs(now() - askedAt) >= pause

  function remember(url: string, entry: Entry<T>): Entry<T> {
    known.delete(url) // so that it becomes the latest
    known.set(url, entry)
    const [oldest = url] = known.keys()
    if (known.size > maxDocuments) known.delete(oldest)
    return entry
  }

  async function fetched(url: string, before: Entry<T>): Promise<Entry<T>> {
    const askedAt = now()
    try {
      const answer = await remote.request({ url, headers: { accept }, maxBytes })
      return { value: read(answer), error: undefined, askedAt, freshUntil: askedAt + lifetimeOf(answer) }
    } catch (error) {
      failed(url, error)
      return before.freshUntil + staleFor > askedAt ? { ...before, error, askedAt } : { ...nothing, error, askedAt }
    }
  }

  /** Those who ask while an address is being asked share the answer. */
  function ask(url: string, before: Entry<T>): Promise<Entry<T>> {
    const begun = underWay.get(url)
    if (begun !== undefined) return begun
    const asked = fetched(url, before)
      .then((entry) => remember(url, entry))
      .finally(() => underWay.delete(url))
    underWay.set(url, asked)
    return asked
  }

  return {
    async at(url) {
      const before = known.get(url) ?? nothing
      return before.freshUntil <= now() && mayAsk(before) ? ask(url, before) : remember(url, before)
    },
    async anew(url) {
      const before = known.get(url) ?? nothing
      return mayAsk(before) ? ask(url, before) : before
    },
  }
}

function lifetimeOf({ headers }: RemoteAnswer): number {
  const [, seconds = '0'] = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(headers['cache-control'] ?? '') ?? []
  return Math.min(Math.max(Number(seconds), fresh.least), fresh.most)
}
