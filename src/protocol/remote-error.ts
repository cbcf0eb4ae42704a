/** Why a request to another server failed. */

/**
 * address: the URL is not one this server may reach, or its host resolves to no such address. unreachable: no connection, or it broke.
 * untrusted: the certificate is not trusted. timeout: no complete answer in time. too-large: the answer exceeds the bound.
 */
export type RemoteFailure = 'address' | 'unreachable' | 'untrusted' | 'timeout' | 'too-large'

/** The message is for the operator; it may name addresses and never reaches a client. */
export class RemoteError extends Error {
  readonly failure: RemoteFailure

  constructor(failure: RemoteFailure, message: string, cause?: unknown) {
    super(message, { cause })
    this.failure = failure
  }
}
