/** The envelope of the Auth Manager's API: `{data}`, or `{error, code, reason, details}`. */
import { UpstreamError } from '../../connections/upstream-error.ts'
import type { AuditEvent } from '../../protocol/audit-events.ts'
import { OAuthError, Unavailable } from '../../protocol/errors.ts'
import type { Reply } from '../../protocol/request-reply.ts'
import { ConsentNeeded } from '../../vault/vended.ts'
import { Problem } from '../api/problem.ts'

/** Its codes, with their status. */
const statuses = {
  unauthorized: 401,
  token_not_active: 401,
  token_not_found: 404,
  invalid_request: 400,
  invalid_ack_state: 400,
  validation_error: 422,
  keycloak_error: 502,
  keycloak_callback_error: 502,
  unavailable: 503,
} as const

type Code = keyof typeof statuses

export class AuthManagerError extends Error {
  override readonly name = 'AuthManagerError'
  readonly code: Code
  readonly reason: string | undefined

  constructor(code: Code, message: string, reason?: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}

export function fail(code: Code, message: string, reason?: string): never {
  throw new AuthManagerError(code, message, reason)
}

/** The answer of `work`, whatever becomes of it. What is no refusal is left to the listener. */
export async function answered(work: () => Promise<{ data: object; auditEvents?: readonly AuditEvent[] }>): Promise<Reply> {
  try {
    const { data, auditEvents = [] } = await work()
    return { kind: 'json', status: 200, body: { data }, headers: { 'cache-control': 'no-store' }, auditEvents }
  } catch (error) {
    const known = knownError(error)
    if (!known) throw error
    return failure(known)
  }
}

function failure({ error, details, headers = {} }: Known): Reply {
  const body = { error: error.message, code: error.code, reason: error.reason ?? null, details: details ?? null }
  return { kind: 'json', status: statuses[error.code], body, headers: { 'cache-control': 'no-store', ...headers } }
}

interface Known {
  error: AuthManagerError
  details?: object
  headers?: Record<string, string>
}

/** Of the provider nothing is told but what kind of failure it was. */
function knownError(error: unknown): Known | undefined {
  if (error instanceof AuthManagerError) return { error }
  if (error instanceof ConsentNeeded)
    return { error: new AuthManagerError('keycloak_error', 'The stored token is no longer valid', 'the person must consent again') }
  if (error instanceof UpstreamError)
    return { error: new AuthManagerError('keycloak_error', 'The provider could not be used', reasons[error.failure]) }
  if (error instanceof Problem)
    return {
      error: new AuthManagerError(
        error.faults.length > 0 ? 'validation_error' : 'invalid_request',
        'Request validation failed',
        error.description,
      ),
      details: Object.fromEntries(error.faults.map(({ field, rule }) => [`body.${field}`, rule])),
    }
  if (error instanceof Unavailable) {
    const headers = { 'retry-after': String(error.retryAfter) }
    return { error: new AuthManagerError('unavailable', 'The provider does not answer', 'ask again later'), headers }
  }
  return error instanceof OAuthError ? { error: ofOAuth(error), headers: error.headers } : undefined
}

const reasons: Readonly<Record<UpstreamError['failure'], string>> = {
  unavailable: 'it does not answer',
  consent: 'the person must consent again',
  denied: 'the request was denied',
  configuration: 'the connection is not set up right',
  answer: 'its answer cannot be used',
  response: 'its answer cannot be used',
}

function ofOAuth({ code, description, status, why }: OAuthError): AuthManagerError {
  if (why === 'no token') return new AuthManagerError('unauthorized', 'Authorization header is required')
  if (code === 'invalid_token' || status === 401) return new AuthManagerError('token_not_active', 'Token is not active')
  return new AuthManagerError('invalid_request', description)
}
