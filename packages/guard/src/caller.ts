/** Who calls, out of what a token says — RFC 9068 §2.2, RFC 7662 §2.2. */
import { refuse } from './refusal.ts'

export interface Caller {
  /** `sub`: the person, or the client itself where no person is involved. */
  readonly subject: string
  readonly clientId: string
  readonly scopes: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
  /** All the token is for; this API is among them. */
  readonly audience: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** Everything the token says, frozen. */
  readonly claims: Readonly<Record<string, unknown>>
  /** A program that speaks for itself, not for a person. */
  readonly isMachine: boolean
}

/** Claims that were looked at. */
export interface Claims extends Readonly<Record<string, unknown>> {
  readonly sub: string
  readonly client_id: string
  readonly aud: string | readonly string[]
  readonly exp: number
}

/** What a token must be good for. Times in seconds. */
export interface Terms {
  audience: string
  clockTolerance: number
  now(): number
}

/** What holds for a token however it was verified. Refuses with the first thing that is wrong. */
export function checkClaims(said: Readonly<Record<string, unknown>>, { audience, clockTolerance, now }: Terms): Claims {
  const { sub, client_id, aud, exp, nbf, scope } = said
  if (typeof exp !== 'number') refuse('invalid_token', 'the access token does not say when it expires')
  if (exp + clockTolerance <= now()) refuse('invalid_token', 'the access token has expired')
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf - clockTolerance <= now()))
    refuse('invalid_token', 'the access token is not yet in force')
  if (!audienceOf(aud).includes(audience)) refuse('invalid_token', 'the access token is for another API')
  if (typeof sub !== 'string' || sub === '' || typeof client_id !== 'string' || client_id === '')
    refuse('invalid_token', 'the access token does not say who calls')
  if (scope !== undefined && typeof scope !== 'string') refuse('invalid_token', 'the scope of the access token is no text')
  return said as Claims
}

export function callerOf(claims: Claims): Caller {
  const { sub, client_id, aud, exp, scope, roles } = claims
  return {
    subject: sub,
    clientId: client_id,
    scopes: new Set((scope as string | undefined)?.split(' ').filter(Boolean)),
    roles: new Set(Array.isArray(roles) ? roles.flatMap(roleName) : []),
    audience: audienceOf(aud),
    expiresAt: exp,
    claims,
    isMachine: sub === client_id, // RFC 9068 §2.2
  }
}

function audienceOf(aud: unknown): readonly string[] {
  if (typeof aud === 'string') return [aud]
  return Array.isArray(aud) ? aud.filter((one) => typeof one === 'string') : []
}

/** A name, or the form of SCIM with the name as its value. RFC 9068 §2.2.3.1, RFC 7643 §4.1.2. */
function roleName(role: unknown): string[] {
  const name = typeof role === 'object' && role !== null ? (role as { value?: unknown }).value : role
  return typeof name === 'string' ? [name] : []
}

/** So that nobody who was handed the claims can change them for the next who asks. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part)
    Object.freeze(value)
  }
  return value
}
