/** Why a provider gave us nothing we can use. */
import * as oauth from 'oauth4webapi'
import { RemoteError } from '../protocol/remote-error.ts'

/**
 * unavailable: it cannot be reached or fails; asking later is right. consent: what the person allowed is over. denied: the person, or the
 * provider for them, said no. configuration: the connection is not set up as the provider expects. answer: what it sent cannot be trusted.
 * response: what the browser brought is no response of the provider, which was not asked.
 */
export type UpstreamFailure = 'unavailable' | 'consent' | 'denied' | 'configuration' | 'answer' | 'response'

/** The message is for the log of the operator: it holds no token and no code. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly failure: UpstreamFailure

  constructor(failure: UpstreamFailure, message: string, cause?: unknown) {
    super(message, { cause })
    this.failure = failure
  }
}

/** By error code. RFC 6749 §4.1.2.1, §5.2, OpenID Connect Core §3.1.2.6 */
const failures: Readonly<Record<string, UpstreamFailure>> = {
  invalid_grant: 'consent',
  interaction_required: 'consent',
  consent_required: 'consent',
  login_required: 'consent',
  bad_refresh_token: 'consent', // GitHub
  bad_verification_code: 'consent', // GitHub
  invalid_code: 'consent', // Slack
  invalid_refresh_token: 'consent', // Slack
  token_revoked: 'consent', // Slack
  access_denied: 'denied',
  user_cancelled_authorize: 'denied', // Apple
  server_error: 'unavailable',
  temporarily_unavailable: 'unavailable',
  invalid_client: 'configuration',
  incorrect_client_credentials: 'configuration', // GitHub
  redirect_uri_mismatch: 'configuration', // GitHub
  application_suspended: 'configuration', // GitHub
  bad_client_secret: 'configuration', // Slack
  invalid_client_id: 'configuration', // Slack
  bad_redirect_uri: 'configuration', // Slack
  unauthorized_client: 'configuration',
  unsupported_grant_type: 'configuration',
  invalid_scope: 'configuration',
}

/** Runs `work`; whatever goes wrong in it becomes an `UpstreamError`. */
export async function upstream<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explained(error)
  }
}

function explained(error: unknown): unknown {
  if (error instanceof RemoteError) return new UpstreamError('unavailable', error.message, error)
  if (error instanceof oauth.ResponseBodyError) return ofCode(error.error, error.status)
  if (error instanceof oauth.AuthorizationResponseError) return ofCode(error.error, 400)
  if (error instanceof oauth.WWWAuthenticateChallengeError)
    return new UpstreamError('configuration', `the provider answered with status ${error.status} and a challenge`)
  if (error instanceof oauth.OperationProcessingError) return ofProcessing(error)
  if (error instanceof oauth.UnsupportedOperationError) return new UpstreamError('answer', error.message)
  return error
}

/** Codes are made of few characters; a provider that sends others is not quoted. RFC 6749 §5.2 */
function ofCode(code: string, status: number): UpstreamError {
  const told = /^[\w.-]{1,60}$/.test(code) ? code : 'an error code that is none'
  const failure = failures[code] ?? (status >= 500 || status === 429 ? 'unavailable' : 'answer')
  return new UpstreamError(failure, `the provider answered ${told}`)
}

/** The message of the library names the check that failed and no value. */
function ofProcessing({ message, cause }: oauth.OperationProcessingError): UpstreamError {
  const status = cause instanceof Response ? cause.status : undefined
  if (status !== undefined && (status >= 500 || status === 429))
    return new UpstreamError('unavailable', `the provider answered with status ${status}`)
  return new UpstreamError('answer', status === undefined || status === 200 ? message : `${message}, which was ${status}`)
}
