/** Credentials that only the issuer can read: opaque access tokens and API keys — RFC 7662. */
import { hash } from 'node:crypto'
import { cache } from './cache.ts'
import { type CredentialKind, deepFreeze } from './claims.ts'
import { type Fetch, fetchJson, withDeadline } from './fetch-json.ts'
import type { Issuer } from './issuer.ts'
import { refuse } from './refusal.ts'

export interface IntrospectionOptions {
  issuer: string
  clientId: string
  clientSecret: string
  /** How long an answer is used. */
  cacheSeconds: number
  /** How many answers about active tokens are cached, and as many about inactive ones. */
  cachedTokens: number
  fetch: Fetch
  onIssuerError(error: unknown): void
  /** Seconds since the epoch. */
  now(): number
}

type Answer = Readonly<Record<string, unknown>>

/** The issuer's answer for an active credential, not checked yet. Refuses one that is not active, or that another issuer made. */
export type Introspect = (text: string, kind: CredentialKind) => Promise<Answer>

/** Seconds for which the answer "not active" is used. */
const INACTIVE_FOR = 5
const MAX_CHARACTERS = 16_384
/** Concurrent requests to the issuer. More would accumulate while it does not answer. */
const MAX_PENDING = 256

export function introspector(issuer: Issuer, options: IntrospectionOptions): Introspect {
  const { cacheSeconds, cachedTokens, now } = options
  // Separate, so that a flood of invalid tokens does not displace the valid ones.
  const active = cache<Answer>(cachedTokens, now)
  const inactive = cache<true>(cachedTokens, now)
  const pending = new Map<string, Promise<Answer | undefined>>()

  async function askAndRemember(text: string, id: string): Promise<Answer | undefined> {
    try {
      const answer = await ask(text, issuer, options)
      if (answer['active'] !== true) {
        inactive.set(id, true, now() + Math.min(INACTIVE_FOR, cacheSeconds))
        return undefined
      }
      const { exp } = answer
      const until = now() + cacheSeconds
      active.set(id, deepFreeze(answer), typeof exp === 'number' ? Math.min(until, exp) : until) // §4
      return answer
    } finally {
      pending.delete(id)
    }
  }

  /** Concurrent requests with one token make one request to the issuer. */
  function askOnce(text: string, id: string): Promise<Answer | undefined> {
    const asked = pending.get(id)
    if (asked !== undefined) return asked
    if (pending.size >= MAX_PENDING) refuse('temporarily_unavailable', 'too many requests to the issuer of access tokens are pending')
    const answer = askAndRemember(text, id)
    pending.set(id, answer)
    return answer
  }

  return async (text, kind) => {
    if (text.length > MAX_CHARACTERS) refuse('invalid_token', `the ${kind} is malformed or too long`)
    const id = hash('sha256', text, 'base64url')
    const answer = active.get(id) ?? (inactive.get(id) ? undefined : await askOnce(text, id))
    if (!answer) return refuse('invalid_token', `the ${kind} is unknown, expired or revoked`)
    const { iss } = answer
    if (iss !== undefined && iss !== options.issuer) refuse('invalid_token', `the ${kind} is from another issuer`)
    return answer
  }
}

async function ask(text: string, issuer: Issuer, options: IntrospectionOptions): Promise<Answer> {
  const { introspectionEndpoint } = await issuer.current()
  try {
    if (introspectionEndpoint === undefined) throw new Error('the issuer has no introspection endpoint')
    return await withDeadline((signal) =>
      fetchJson(options.fetch, introspectionEndpoint, {
        method: 'POST',
        headers: { authorization: basic(options) },
        body: new URLSearchParams({ token: text, token_type_hint: 'access_token' }), // §2.1
        signal,
      }),
    )
  } catch (error) {
    queueMicrotask(() => options.onIssuerError(error)) // an error of the callback is not one of the issuer
    return refuse('temporarily_unavailable', 'the issuer of access tokens cannot be reached', error)
  }
}

/** Both parts are form-encoded first. RFC 6749 §2.3.1 */
function basic({ clientId, clientSecret }: IntrospectionOptions): string {
  const encode = (part: string) => new URLSearchParams({ '': part }).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`
}
