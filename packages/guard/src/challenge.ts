/** The answer to a refused request, with the challenge that tells the client what is needed — RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1. */
import type { Algorithm } from './public-key.ts'
import type { Refusal, RefusalCode } from './refusal.ts'
import type { Need, Scheme } from './request.ts'

export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  /** A code of RFC 6750, RFC 9449 or RFC 9470, `temporarily_unavailable`, or undefined when no credential was sent. */
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
  /** For the response, as JSON. */
  get body(): { error?: string; error_description: string } {
    return { ...(this.error === undefined ? {} : { error: this.error }), error_description: this.description }
  }
}

/** How this API asks for tokens. */
export interface ChallengeOptions {
  schemes: readonly Scheme[]
  algorithms: readonly Algorithm[]
  metadataUrl: string
  /** The nonce for the next DPoP proof; undefined when none is needed. */
  nonce(): string | undefined
}

/** What the call needs, with all members set. */
export interface FullNeed extends Required<Omit<Need, 'maxAge'>> {
  maxAge: number | undefined
}

const statuses: Readonly<Record<RefusalCode, number>> = {
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401, // RFC 9470 §3
  temporarily_unavailable: 503,
}

/** `scheme`: of the token that was refused; undefined where there was none, or an API key. */
export function refusedWith(refusal: Refusal, options: ChallengeOptions, scheme: Scheme | undefined, need: FullNeed): Refused {
  const { code, message } = refusal
  if (code === 'temporarily_unavailable') return new Refused(statuses[code], { 'retry-after': '10' }, message, refusal)
  const parameters = { error: code, error_description: message, ...remedyFor(code, need) }
  const failed = scheme ?? options.schemes[0]
  const headers = challengeHeaders(options, (one) => (one === failed ? parameters : {}))
  return new Refused(statuses[code], headers, message, refusal)
}

/** Without a credential in the request there is no error code. RFC 6750 §3.1 */
export function refusedWithoutCredential(options: ChallengeOptions, scopes: readonly string[]): Refused {
  return new Refused(
    401,
    challengeHeaders(options, () => scopeParameter(scopes)),
    'an access token is needed',
  )
}

function challengeHeaders(
  { schemes, algorithms, metadataUrl, nonce }: ChallengeOptions,
  parametersOf: (scheme: Scheme) => Readonly<Record<string, string>>,
): Record<string, string> {
  const challenges = schemes.map((scheme) => {
    const algs: Record<string, string> = scheme === 'DPoP' ? { algs: algorithms.join(' ') } : {}
    const parameters = Object.entries({ ...parametersOf(scheme), ...algs, resource_metadata: metadataUrl })
    return `${scheme} ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`
  })
  const next = nonce()
  const nonceHeader: Record<string, string> = next === undefined ? {} : { 'dpop-nonce': next } // RFC 9449 §8.2, §9
  return { 'www-authenticate': challenges.join(', '), 'cache-control': 'no-store', ...nonceHeader }
}

/** What the client must ask its issuer for. */
function remedyFor(code: RefusalCode, { scopes, acr, maxAge }: FullNeed): Record<string, string> {
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
