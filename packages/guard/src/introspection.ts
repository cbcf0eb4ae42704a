/** Access tokens that only their issuer can read — RFC 7662. */
import { hash } from 'node:crypto'
import { cache } from './cache.ts'
import { type Claims, checkClaims, frozen, type Terms } from './caller.ts'
import { type Fetch, fetchJson } from './fetch-json.ts'
import type { Issuer } from './issuer.ts'
import { refuse } from './refusal.ts'

export interface Credentials {
  clientId: string
  clientSecret: string
}

export interface IntrospectionTerms extends Terms {
  issuer: string
  credentials: Credentials
  /** For how long an answer is used. */
  cacheSeconds: number
  /** How many answers are kept. */
  cachedTokens: number
  fetch: Fetch
}

/** Seconds for which a token is refused without asking again. */
const REFUSED = 5
const MOST_CHARACTERS = 16_384

type Answer = Readonly<Record<string, unknown>>

/** Asks what a token says. Refuses a token that is not active or not for this API. */
export function introspector(source: Issuer, terms: IntrospectionTerms): (text: string) => Promise<Claims> {
  const { cacheSeconds, cachedTokens, now } = terms
  // Apart from each other, so that a flood of garbage does not push out the good ones.
  const active = cache<Answer>(cachedTokens, now)
  const inactive = cache<true>(cachedTokens, now)
  const underWay = new Map<string, Promise<Answer | undefined>>()

  async function askAndRemember(text: string, name: string): Promise<Answer | undefined> {
    try {
      const answer = await ask(text, source, terms)
      if (answer['active'] !== true) {
        inactive.set(name, true, now() + Math.min(REFUSED, cacheSeconds))
        return undefined
      }
      active.set(name, frozen(answer), Math.min(now() + cacheSeconds, typeof answer['exp'] === 'number' ? answer['exp'] : 0)) // §4
      return answer
    } finally {
      underWay.delete(name)
    }
  }

  function askOnce(text: string, name: string): Promise<Answer | undefined> {
    const asked = underWay.get(name) ?? askAndRemember(text, name)
    underWay.set(name, asked)
    return asked
  }

  return async (text) => {
    if (text.length > MOST_CHARACTERS) refuse('invalid_token', 'the access token is malformed or too long')
    const name = hash('sha256', text, 'base64url')
    const answer = active.get(name) ?? (inactive.get(name) ? undefined : await askOnce(text, name))
    if (!answer) return refuse('invalid_token', 'the access token is unknown, expired or revoked')
    const { iss } = answer
    if (iss !== undefined && iss !== terms.issuer) refuse('invalid_token', 'the access token is of another issuer')
    return checkClaims(answer, terms)
  }
}

async function ask(text: string, source: Issuer, { credentials, fetch }: IntrospectionTerms): Promise<Answer> {
  const { introspectionEndpoint } = await source.known()
  try {
    if (introspectionEndpoint === undefined) throw new Error('the issuer has no introspection endpoint')
    return await fetchJson(fetch, introspectionEndpoint, {
      method: 'POST',
      headers: { authorization: basic(credentials) },
      body: new URLSearchParams({ token: text, token_type_hint: 'access_token' }), // §2.1
    })
  } catch (error) {
    return refuse('temporarily_unavailable', 'the issuer of access tokens cannot be asked', error)
  }
}

/** RFC 6749 §2.3.1: both parts form-encoded first. */
function basic({ clientId, clientSecret }: Credentials): string {
  const encode = (part: string) => new URLSearchParams({ '': part }).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`
}
