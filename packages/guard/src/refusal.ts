/** Why a request is not let through, inside the guard — the codes of RFC 6750 §3.1, RFC 9470 §3 and RFC 9449 §12.2. */

export type RefusalCode =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'invalid_dpop_proof'
  | 'temporarily_unavailable'

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  constructor(code: RefusalCode, description: string, cause?: unknown) {
    super(description, { cause })
    this.code = code
  }
}

/** `description`: a literal in the characters of RFC 6750 §3, without anything of the request. `cause`: for the log of the API. */
export function refuse(code: RefusalCode, description: string, cause?: unknown): never {
  throw new Refusal(code, description, cause)
}
