/** Every error code this server can send, with its HTTP status and the clause that defines it. */
import type { AuditEvent } from './audit-events.ts'

export const codes = {
  invalid_request: [400, 'RFC 6749 §5.2'],
  invalid_client: [401, 'RFC 6749 §5.2'],
  invalid_grant: [400, 'RFC 6749 §5.2'],
  unauthorized_client: [400, 'RFC 6749 §5.2'],
  unsupported_grant_type: [400, 'RFC 6749 §5.2'],
  invalid_scope: [400, 'RFC 6749 §5.2'],
  access_denied: [403, 'RFC 6749 §4.1.2.1'],
  unsupported_response_type: [400, 'RFC 6749 §4.1.2.1'],
  server_error: [500, 'RFC 6749 §4.1.2.1'],
  too_many_requests: [429, 'RFC 6585 §4'],
  temporarily_unavailable: [503, 'RFC 6749 §4.1.2.1'],
  invalid_dpop_proof: [400, 'RFC 9449 §5'],
  use_dpop_nonce: [400, 'RFC 9449 §8'],
  invalid_client_attestation: [400, 'OAuth 2.0 Attestation-Based Client Authentication §7.4'],
  use_attestation_challenge: [400, 'OAuth 2.0 Attestation-Based Client Authentication §6.1'],
  invalid_token: [401, 'RFC 6750 §3.1'],
  insufficient_scope: [403, 'RFC 6750 §3.1'],
  insufficient_user_authentication: [401, 'RFC 9470 §3'],
  invalid_target: [400, 'RFC 8707 §2'],
  not_found: [404, 'RFC 9110 §15.5.5'],
  method_not_allowed: [405, 'RFC 9110 §15.5.6'],
  conflict: [409, 'RFC 9110 §15.5.10'],
  content_too_large: [413, 'RFC 9110 §15.5.14'],
  invalid_request_uri: [400, 'OpenID Connect Core §3.1.2.6'],
  invalid_request_object: [400, 'RFC 9101 §7'],
  headers_too_large: [431, 'RFC 6585 §5'],
  request_timeout: [408, 'RFC 9110 §15.5.9'],
  login_required: [400, 'OpenID Connect Core §3.1.2.6'],
  account_selection_required: [400, 'OpenID Connect Core §3.1.2.6'],
  consent_required: [400, 'OpenID Connect Core §3.1.2.6'],
  interaction_required: [400, 'OpenID Connect Core §3.1.2.6'],
  invalid_grant_id: [400, 'OAuth 2.0 Grant Management §5.3'],
  authorization_pending: [400, 'RFC 8628 §3.5'],
  slow_down: [400, 'RFC 8628 §3.5'],
  expired_token: [400, 'RFC 8628 §3.5'],
  unknown_user_id: [400, 'OpenID Connect CIBA Core §13'],
  expired_login_hint_token: [400, 'OpenID Connect CIBA Core §13'],
  invalid_binding_message: [400, 'OpenID Connect CIBA Core §13'],
  transaction_failed: [400, 'OpenID Connect CIBA Core §11'],
  invalid_redirect_uri: [400, 'RFC 7591 §3.2.2'],
  invalid_client_metadata: [400, 'RFC 7591 §3.2.2'],
  invalid_software_statement: [400, 'RFC 7591 §3.2.2'],
  unapproved_software_statement: [400, 'RFC 7591 §3.2.2'],
  request_not_supported: [400, 'OpenID Connect Core §3.1.2.6'],
  request_uri_not_supported: [400, 'OpenID Connect Core §3.1.2.6'],
  invalid_authorization_details: [400, 'RFC 9396 §5'],
  unmet_authentication_requirements: [400, 'RFC 9470 §5'],
  invalid_credential_request: [400, 'OpenID for Verifiable Credential Issuance §8.3.1'],
  unknown_credential_configuration: [400, 'OpenID for Verifiable Credential Issuance §8.3.1'],
  unknown_credential_identifier: [400, 'OpenID for Verifiable Credential Issuance §8.3.1'],
  invalid_proof: [400, 'OpenID for Verifiable Credential Issuance §8.3.1'],
  invalid_nonce: [400, 'OpenID for Verifiable Credential Issuance §8.3.1'],
  invalid_encryption_parameters: [400, 'OpenID for Verifiable Credential Issuance §8.3.1'],
  credential_request_denied: [400, 'OpenID for Verifiable Credential Issuance §8.3.1'],
  invalid_transaction_id: [400, 'OpenID for Verifiable Credential Issuance §9.3'],
  invalid_notification_id: [400, 'OpenID for Verifiable Credential Issuance §11.3'],
  invalid_notification_request: [400, 'OpenID for Verifiable Credential Issuance §11.3'],
  registration_not_supported: [400, 'OpenID Connect Core §3.1.2.6'],
  invalid_trust_anchor: [404, 'OpenID Federation §8.9'],
  invalid_trust_chain: [400, 'OpenID Federation §8.9'],
  invalid_metadata: [400, 'OpenID Federation §8.9'],
} as const satisfies Record<string, readonly [status: number, clause: string]>

export type ErrorCode = keyof typeof codes

/** Where an application begins. */
export interface ApplicationHome {
  name: string
  url: string
}

/** A refusal that a specification defines. `description` goes to the client, `why` only to the log. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: ErrorCode
  readonly description: string
  readonly why: string | undefined
  /** For the audit log. */
  readonly auditEvents: AuditEvent[] = []
  /** Replaces the usual status of its code. */
  status: number | undefined
  /** A command that mends it, shown to developers alone: it may name what the request said. */
  cure: string | undefined
  /** Where a person goes back to, on the page of the refusal. */
  application: ApplicationHome | undefined
  /** Headers of the answer, in lower case; they win over the usual ones. */
  readonly headers: Record<string, string> = {}

  constructor(code: ErrorCode, description: string, why?: string, cause?: unknown) {
    super(`${code}: ${description}`, { cause })
    this.code = code
    this.description = description
    this.why = why
  }
}

/** Part of this server is temporarily unavailable. Nothing was done; the caller may retry after `retryAfter` seconds. */
export class Unavailable extends Error {
  override readonly name: string = 'Unavailable'
  readonly retryAfter: number

  constructor(message: string, retryAfter = 5, cause?: unknown) {
    super(message, { cause })
    this.retryAfter = retryAfter
  }
}

/** Too many attempts. The caller may retry after `retryAfter` seconds. */
export class TooMany extends Unavailable {
  override readonly name = 'TooMany'
}

/** A text that cannot be stored. Nothing was done. */
export class Unstorable extends Error {
  override readonly name: string = 'Unstorable'
}

/** Reads as a sentence at the point of the rule: `client ?? refuse('invalid_client', …)`. */
export function refuse(code: ErrorCode, description: string, why?: string): never {
  throw new OAuthError(code, description, why)
}

/** A refusal that a command mends. `cure`: undefined where there is none that a shell takes literally. */
export function refuseWithCure(code: ErrorCode, description: string, cure: string | undefined): never {
  const error = new OAuthError(code, description)
  error.cure = cure
  throw error
}

/** A refusal that is recorded in the audit log. */
export function refuseAudited(event: AuditEvent, code: ErrorCode, description: string): never {
  throw withAuditEvent(new OAuthError(code, description), event)
}

/** The same error, with the event for the audit log. */
export function withAuditEvent(error: OAuthError, event: AuditEvent): OAuthError {
  error.auditEvents.push(event)
  return error
}

/** Any other error is a fault of this server, and its message stays in the log. */
export function asOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (error instanceof TooMany)
    return new OAuthError(
      'too_many_requests',
      'there were too many attempts; wait as long as the retry-after header says',
      error.message,
      error,
    )
  if (error instanceof Unstorable)
    return new OAuthError(
      'invalid_request',
      'a value has a character that is not allowed: NUL, or half a surrogate pair',
      error.message,
      error,
    )
  if (error instanceof Unavailable) {
    return new OAuthError(
      'temporarily_unavailable',
      'the server is temporarily unavailable; please try again in a moment',
      error.message,
      error,
    )
  }
  return new OAuthError(
    'server_error',
    'something went wrong on our side; the x-request-id of this response identifies the cause in the log',
    undefined,
    error,
  )
}
