/**
 * The issuer's metadata and keys, cached. A refetch runs beside the requests: one whose key is known goes on with the cached keys.
 * Only an API that was idle until its keys grew old waits for the issuer, once and for a moment, because a key may have been revoked meanwhile.
 */
import { type Cache, cache } from './cache.ts'
import type { AccessTokenClaims } from './claims.ts'
import { type IssuerDocument, type IssuerDocumentOptions, readIssuerDocument } from './issuer-document.ts'
import { refuse } from './refusal.ts'

/** Seconds. From the first to the second the keys are read again in the background. From the second on they are old. */
const REFRESH_AFTER = 240
const FRESH_FOR = 300
/** Seconds for which old keys are used while the issuer does not answer. */
const STALE_FOR = 3600
/** Seconds from one attempt to the next, whatever asks for it: a flood of unknown `kid`s does not become a flood of requests. */
const RETRY_AFTER = 10
/** For how long the first requests after an idle time wait for new keys before they use the old ones. */
const PATIENCE_MILLISECONDS = 50

/** What was read at one time. */
export interface IssuerSnapshot extends IssuerDocument {
  /** Seconds since the epoch. */
  readAt: number
  /** Claims of tokens verified with these keys, by hash of the token: they are dropped with the keys. */
  verified: Cache<AccessTokenClaims>
}

export interface Issuer {
  /** Refuses with temporarily_unavailable when nothing was ever read, or only what is too old. */
  current(): Promise<IssuerSnapshot>
  /** Read again, unless that was done only just now. Refuses with temporarily_unavailable when the issuer cannot be asked. */
  newest(): Promise<IssuerSnapshot>
}

export interface IssuerOptions extends IssuerDocumentOptions {
  /** How many verified tokens to remember. */
  cachedTokens: number
  onIssuerError(error: unknown): void
  /** Seconds since the epoch. */
  now(): number
}

interface Attempt {
  done: Promise<void>
  /** When it is done, or when it has taken longer than requests should wait. */
  doneOrLate: Promise<void>
}

export function cachedIssuer(options: IssuerOptions): Issuer {
  const { cachedTokens, now, onIssuerError } = options
  let latest: IssuerSnapshot | undefined
  let failure: unknown
  let attemptedAt = Number.NEGATIVE_INFINITY
  let attempt: Attempt | undefined
  const isWithin = (seconds: number, since: number) => Math.abs(now() - since) < seconds // a clock that was set back ends it too
  const unavailable = () => refuse('temporarily_unavailable', 'the issuer of access tokens cannot be asked', failure)

  async function read(): Promise<void> {
    const readAt = now()
    try {
      latest = { ...(await readIssuerDocument(options)), readAt, verified: cache(cachedTokens, now) }
      failure = undefined
    } catch (error) {
      failure = error
      queueMicrotask(() => onIssuerError(error)) // what it throws is no failure of the issuer
    } finally {
      attempt = undefined
    }
  }

  /** The attempt under way: a new one, unless the last began only just now. */
  function refresh(): Attempt | undefined {
    if (attempt || isWithin(RETRY_AFTER, attemptedAt)) return attempt
    if (!isWithin(FRESH_FOR, attemptedAt)) failure = undefined // too long ago to say anything of now
    attemptedAt = now()
    const done = read()
    attempt = { done, doneOrLate: Promise.race([done, delay(PATIENCE_MILLISECONDS)]) }
    return attempt
  }

  return {
    async current() {
      if (latest && isWithin(REFRESH_AFTER, latest.readAt)) return latest
      const underWay = refresh()
      if (latest && isWithin(FRESH_FOR, latest.readAt)) return latest
      const isUsable = latest && isWithin(STALE_FOR, latest.readAt)
      if (!isUsable) await underWay?.done
      else if (failure === undefined) await underWay?.doneOrLate
      return latest && isWithin(STALE_FOR, latest.readAt) ? latest : unavailable()
    },
    async newest() {
      await refresh()?.done
      return failure === undefined ? (latest as IssuerSnapshot) : unavailable()
    },
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
