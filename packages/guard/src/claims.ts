/** The claims of an access token (RFC 9068 §2.2, RFC 7662 §2.2) or of an API key, once they are checked. */
import { refuse } from './refusal.ts'

export type CredentialKind = 'access token' | 'API key'

export interface Claims extends Readonly<Record<string, unknown>> {
  readonly sub: string
  /** Undefined for an API key. */
  readonly client_id?: string
  readonly aud: string | readonly string[]
  /** Seconds since the epoch. Undefined for an API key that does not expire. */
  readonly exp?: number
  readonly scope?: string
}

export interface AccessTokenClaims extends Claims {
  readonly client_id: string
  readonly exp: number
}

/** Times in seconds. */
export interface ClaimsOptions {
  audience: string
  clockTolerance: number
  now(): number
}

/** Checks that the credential is valid now, is for this API, and names its subject and client. Refuses with the first problem. */
export function checkAccessToken(claims: Readonly<Record<string, unknown>>, options: ClaimsOptions): AccessTokenClaims {
  if (!Number.isFinite(claims['exp'])) refuse('invalid_token', 'the access token has no expiry time')
  checkCommon(claims, options, 'access token')
  const { client_id } = claims
  if (typeof client_id !== 'string' || client_id === '') refuse('invalid_token', 'the access token has no client_id')
  return claims as AccessTokenClaims
}

/** An access token is not an API key: it has a client, and may be bound to a key. */
export function checkApiKey(claims: Readonly<Record<string, unknown>>, options: ClaimsOptions): Claims {
  const { exp, client_id } = claims
  if (client_id !== undefined) refuse('invalid_token', 'this is not an API key; send an access token in the Authorization header')
  if (exp !== undefined && !Number.isFinite(exp)) refuse('invalid_token', 'the expiry time of the API key is not a number')
  checkCommon(claims, options, 'API key')
  return claims as Claims
}

function checkCommon(
  { sub, aud, exp, nbf, scope }: Readonly<Record<string, unknown>>,
  { audience, clockTolerance, now }: ClaimsOptions,
  kind: CredentialKind,
): void {
  if (exp !== undefined && (exp as number) + clockTolerance <= now()) refuse('invalid_token', `the ${kind} has expired`)
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf - clockTolerance <= now()))
    refuse('invalid_token', `the ${kind} is not valid yet`)
  if (!audienceOf(aud).includes(audience)) refuse('invalid_token', `the ${kind} is not for this API`)
  if (typeof sub !== 'string' || sub === '') refuse('invalid_token', `the ${kind} has no sub`)
  if (scope !== undefined && typeof scope !== 'string') refuse('invalid_token', `the scope of the ${kind} is not a string`)
}

export function audienceOf(aud: unknown): readonly string[] {
  if (typeof aud === 'string') return [aud]
  return Array.isArray(aud) ? aud.filter((one) => typeof one === 'string') : []
}

/** Freezes it at every depth: claims are cached, and a route must not be able to change them for the next request. */
export function deepFreeze<T>(value: T): T {
  const pending: unknown[] = [value]
  while (pending.length > 0) {
    const part = pending.pop()
    if (typeof part !== 'object' || part === null) continue
    Object.freeze(part)
    for (const member of Object.values(part)) pending.push(member)
  }
  return value
}
