/** Authorization requests that were sent to us directly, as they are kept until a person answers — RFC 9126, RFC 8628. */
import type { UsedOnce } from './types.ts'

/** A device that waits for a person; once they have allowed it, there is a code of the same hash. RFC 8628 §3.2 */
export interface DeviceCode {
  hash: string
  clientId: string
  /** Under what its request is kept: the hash of the user code. */
  request: string
  /** IP address of the device. */
  address: string
  refused: boolean
  /** Seconds between two questions. */
  interval: number
  expiresAt: number
}

/** An authorization request as its client pushed it. */
export interface PushedRequest {
  /** Of the secret part of its `request_uri`. */
  hash: string
  clientId: string
  params: readonly (readonly [string, string])[]
  /** It came as a signed request object. RFC 9101 */
  signed: true | undefined
  /** That object, if it works once. */
  usesUp: UsedOnce | undefined
  /** Thumbprint of the key of the client's instance that sent it. */
  instance?: string | undefined
  /** Seconds since the epoch. */
  expiresAt: number
}
