/** Key sets of others at their addresses (`jwks_uri`), remembered for a while — RFC 7517 §5, RFC 9111 §5.2.2.1. */
import { readJson } from '../protocol/codec/json.ts'
import { isPublicJwk } from '../protocol/codec/public-key.ts'
import type { KeySets, PublicJwk, Remote, RemoteAnswer } from '../protocol/remote.ts'

/** Seconds for which a set is taken as it is: what its server says, within these. */
const fresh = { least: 300, most: 86_400 }
/** Seconds for which it is still used after that, while its server cannot be reached. */
const staleFor = 86_400
/** An address is asked at most once in so many seconds when its set is fresh or it did not answer. */
const pause = 30
const maxBytes = 65_536
const mostKeys = 100
/** Sets that are remembered; the ones that were not used for longest are forgotten first. */
const maxSets = 1000

interface KnownSet {
  keys: readonly PublicJwk[]
  askedAt: number
  freshUntil: number
}

const nothing: KnownSet = { keys: [], askedAt: Number.NEGATIVE_INFINITY, freshUntil: Number.NEGATIVE_INFINITY }

/** `now`: seconds since the epoch. `failed`: is told why an address gave no set. */
export function keySets(options: { remote: Remote; now: () => number; failed: (url: string, error: unknown) => void }): KeySets {
  const { remote, now, failed } = options
  const known = new Map<string, KnownSet>()
  const underWay = new Map<string, Promise<KnownSet>>()

  /** Also when the clock was set back. */
  const mayAsk = ({ askedAt }: KnownSet) => Math.abs(now() - askedAt) >= pause

  function remember(url: string, set: KnownSet): KnownSet {
    known.delete(url) // so that it becomes the latest
    known.set(url, set)
    const [oldest = url] = known.keys()
    if (known.size > maxSets) known.delete(oldest)
    return set
  }

  async function fetched(url: string, before: KnownSet): Promise<KnownSet> {
    const askedAt = now()
    try {
      const answer = await remote.request({ url, headers: { accept: 'application/jwk-set+json, application/json' }, maxBytes })
      return { keys: keysIn(answer), askedAt, freshUntil: askedAt + lifetimeOf(answer) }
    } catch (error) {
      failed(url, error)
      return before.freshUntil + staleFor > askedAt ? { ...before, askedAt } : { ...nothing, askedAt }
    }
  }

  /** Those who ask while an address is being asked share the answer. */
  function ask(url: string, before: KnownSet): Promise<KnownSet> {
    const begun = underWay.get(url)
    if (begun !== undefined) return begun
    const asked = fetched(url, before)
      .then((set) => remember(url, set))
      .finally(() => underWay.delete(url))
    underWay.set(url, asked)
    return asked
  }

  return {
    async at(url) {
      const before = known.get(url) ?? nothing
      return (before.freshUntil <= now() && mayAsk(before) ? await ask(url, before) : remember(url, before)).keys
    },
    async anew(url) {
      const before = known.get(url) ?? nothing
      return (mayAsk(before) ? await ask(url, before) : before).keys
    },
  }
}

/** Throws when the answer is no key set. What is in it besides public keys is left out. */
function keysIn({ status, body }: RemoteAnswer): PublicJwk[] {
  if (status !== 200) throw new Error(`the answer has status ${status}`)
  const read = readJson(body)
  const keys = 'value' in read ? (read.value as { keys?: unknown } | null)?.keys : undefined
  if (!Array.isArray(keys) || keys.length > mostKeys) throw new Error(`the answer is no set of at most ${mostKeys} keys`)
  return keys.filter((key): key is PublicJwk => isPublicJwk(key))
}

function lifetimeOf({ headers }: RemoteAnswer): number {
  const [, seconds = '0'] = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(headers['cache-control'] ?? '') ?? []
  return Math.min(Math.max(Number(seconds), fresh.least), fresh.most)
}
