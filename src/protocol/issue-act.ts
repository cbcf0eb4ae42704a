/** All that one token response spends and stores, in one transaction — RFC 6749 §5.1. */
import type { DeviceSecret } from './device-secret.ts'
import type { SealedMessage } from './remote.ts'
import type { AccessToken, Artefact, Issuance, RefreshToken } from './types.ts'

export interface IssueAct {
  spend: (Artefact & { now: number }) | undefined
  refresh: RefreshToken | undefined
  deviceSecret?: DeviceSecret | undefined
  /** Has the response from now on. */
  message?: SealedMessage | undefined
}

/** The tokens of a response, as they are sent. */
export interface IssuedTokens {
  issuance: Issuance
  access: AccessToken
  accessToken: string
  refreshToken: string | undefined
}
