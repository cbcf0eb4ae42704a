/** Why a request is refused, inside the guard — the codes of RFC 6750 §3.1, RFC 9449 §7.1 and §9, RFC 9470 §3. */

export type RefusalCode =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'temporarily_unavailable'

/** The guard turns it into `Refused`, which has the challenge. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  constructor(code: RefusalCode, description: string, cause?: unknown) {
    super(description, { cause })
    this.code = code
  }
}

/** `description`: in the characters of RFC 6750 §3, without anything from the request. `cause`: for the log of the API. */
export function refuse(code: RefusalCode, description: string, cause?: unknown): never {
  throw new Refusal(code, description, cause)
}
