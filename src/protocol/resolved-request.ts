/** An authorization request as it was found, however it was sent — RFC 6749 §3.1, RFC 9126, RFC 9101. */
import type { Params } from './params.ts'
import type { UsedOnce } from './types.ts'

/** The parameters of an authorization request, however they were sent. */
export interface ResolvedRequest {
  params: Params
  /** What the way it was sent proves. */
  proven: Provenance
}

export interface Provenance {
  /** Set when it was pushed by the client: the hash under which it is stored. RFC 9126 */
  pushed?: string
  /** It was signed by the client. RFC 9101 */
  signed?: true
  /** What its answer uses up. */
  usesUp?: UsedOnce | undefined
  /** Thumbprint of the key of the client's instance that pushed it. */
  instance?: string | undefined
}
