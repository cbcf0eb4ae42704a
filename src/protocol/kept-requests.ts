/** Authorization requests that were sent to us directly, as they are kept until a person answers — RFC 9126, RFC 8628, CIBA Core. */
import type { KeptPing } from './remote.ts'
import type { Code, UsedOnce } from './types.ts'

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

/** A request that waits for a person at a device of their own; once they have allowed it, there is a code of the same hash. CIBA Core §7 */
export interface BackchannelRequest extends DeviceCode {
  /** Who must allow it. */
  subject: string
  /** Seconds since the epoch. */
  createdAt: number
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

/** Requests that wait for a person at a device of their own. Each method is one atomic act. CIBA Core §7 */
export interface BackchannelRequestStore {
  backchannelRequests: {
    /** With the request as it is kept, and the notification for its client. False: this person has `most` of after `since` without an answer. */
    add(
      request: BackchannelRequest,
      kept: PushedRequest,
      ask: { ping: KeptPing | undefined; most: number; since: number },
    ): Promise<boolean>
    find(hash: string): Promise<BackchannelRequest | undefined>
    /** The one whose request is kept under this hash. */
    ofRequest(hash: string): Promise<BackchannelRequest | undefined>
    /** Notes that the client asks. True: it asks sooner than the interval allows, which grows by 5 seconds. */
    poll(hash: string, now: number): Promise<boolean>
    /** As `codes.add`. The notification of the client is then due, as it is after `refuse`. */
    allow(code: Code, flow: string | undefined, now: number): Promise<boolean>
    /** Ends the request: the person refused. True for the first who answers it. */
    refuse(hash: string, now: number): Promise<boolean>
  }
}
