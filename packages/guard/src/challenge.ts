/** The answer to a request that is not let through — RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1. */

import type { Algorithm } from './public-key.ts'
import type { Refusal, RefusalCode } from './refusal.ts'
import type { Needed, Scheme } from './request.ts'

export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  /** A code of RFC 6750 or RFC 9449, `temporarily_unavailable`, or none when no token was sent. */
  readonly error: string | undefined
  /** For the developer of the client. */
  readonly description: string
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, headers: Readonly<Record<string, string>>, description: string, refusal?: Refusal) {
    super(description, { cause: refusal?.cause })
    this.status = status
    this.error = refusal?.code
    this.description = description
    this.headers = headers
  }
  /** For the response. */
  get body(): { error?: string; error_description: string } {
    return { ...(this.error === undefined ? {} : { error: this.error }), error_description: this.description }
  }
}

/** How this API asks for tokens. */
export interface Challenge {
  schemes: readonly Scheme[]
  algorithms: readonly Algorithm[]
  metadataUrl: string
}

const statuses: Readonly<Record<RefusalCode, number>> = {
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401, // RFC 9470 §3
  temporarily_unavailable: 503,
}

/** `scheme`: in which the token came. `needed`: all that the call needs. */
export function refusedFor(refusal: Refusal, challenge: Challenge, scheme: Scheme | undefined, needed: Needed): Refused {
  const { code, message } = refusal
  if (code === 'temporarily_unavailable') return new Refused(503, { 'retry-after': '10' }, message, refusal)
  const told = { error: code, error_description: message, ...moreFor(code, needed) }
  return new Refused(
    statuses[code],
    authenticate(challenge, (one) => (one === (scheme ?? 'Bearer') ? told : {})),
    message,
    refusal,
  )
}

/** No code and no reason for those who showed nothing. RFC 6750 §3.1. */
export function refusedUnseen(challenge: Challenge, scopes: readonly string[]): Refused {
  return new Refused(
    401,
    authenticate(challenge, () => scopeParameter(scopes)),
    'an access token is needed',
  )
}

function authenticate(challenge: Challenge, told: (scheme: Scheme) => Readonly<Record<string, string>>): Record<string, string> {
  const { schemes, algorithms, metadataUrl } = challenge
  const challenges = schemes.map((scheme) => {
    const algs: Record<string, string> = scheme === 'DPoP' ? { algs: algorithms.join(' ') } : {}
    const parameters = Object.entries({ ...told(scheme), ...algs, resource_metadata: metadataUrl })
    return `${scheme} ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`
  })
  return { 'www-authenticate': challenges.join(', '), 'cache-control': 'no-store' }
}

/** How to do better. */
function moreFor(code: RefusalCode, { scopes, acr, maxAge }: Needed): Record<string, string> {
  if (code === 'insufficient_scope') return scopeParameter(scopes)
  if (code !== 'insufficient_user_authentication') return {}
  return {
    ...(acr.length > 0 ? { acr_values: acr.join(' ') } : {}),
    ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
  }
}

function scopeParameter(scopes: readonly string[]): Record<string, string> {
  return scopes.length > 0 ? { scope: scopes.join(' ') } : {}
}
