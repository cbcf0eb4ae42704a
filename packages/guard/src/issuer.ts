/**
 * The issuer's metadata and keys, cached. A refetch runs in the background: a request whose key is known uses the cached keys.
 * Only an API that was idle until its keys became stale waits for the issuer, once and briefly, because a key may have been revoked in the meantime.
 */
import { type Cache, cache } from './cache.ts'
import type { AccessTokenClaims } from './claims.ts'
import { type IssuerDocument, type IssuerDocumentOptions, readIssuerDocument } from './issuer-document.ts'
import { refuse } from './refusal.ts'

/** Seconds. Between the first and the second the keys are read again in the background. After the second they are stale. */
const REFRESH_AFTER = 240
const FRESH_FOR = 300
/** Seconds for which stale keys are used while the issuer does not answer. */
const STALE_FOR = 3600
/** Seconds between attempts, so that a flood of unknown `kid`s does not cause a flood of requests. */
const RETRY_AFTER = 10
/** How long the first requests after an idle time wait for new keys before they use the stale ones. */
const PATIENCE_MILLISECONDS = 50

/** The result of one read. */
export interface IssuerSnapshot extends IssuerDocument {
  /** Seconds since the epoch. */
  readAt: number
  /** Claims of tokens verified with these keys, by hash of the token: dropped with the keys. */
  verified: Cache<AccessTokenClaims>
}

export interface Issuer {
  /** Refuses with temporarily_unavailable when nothing was read yet, or it is too old. */
  current(): Promise<IssuerSnapshot>
  /** Reads again, unless that was just done. Refuses with temporarily_unavailable when the issuer cannot be reached. */
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
  /** Resolves when it is done, or has taken longer than requests should wait. */
  doneOrLate: Promise<void>
}

export function cachedIssuer(options: IssuerOptions): Issuer {
  const { cachedTokens, now, onIssuerError } = options
  let latest: IssuerSnapshot | undefined
  let failure: unknown
  let attemptedAt = Number.NEGATIVE_INFINITY
  let attempt: Attempt | undefined
  const isWithin = (seconds: number, since: number) => Math.abs(now() - since) < seconds // also when the clock was set back
  const unavailable = () => refuse('temporarily_unavailable', 'the issuer of access tokens cannot be reached', failure)

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

  /** The attempt in progress, or a new one, unless the last one has just begun. */
  function refresh(): Attempt | undefined {
    if (attempt || isWithin(RETRY_AFTER, attemptedAt)) return attempt
    if (!isWithin(FRESH_FOR, attemptedAt)) failure = undefined // too old to describe the present state
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
