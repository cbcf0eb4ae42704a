/** Secrets by which the applications of one vendor on one device share a sign-in — OpenID Connect Native SSO for Mobile Apps 1.0 (draft 07) §3.2. */
import type { Authentication } from './types.ts'

export interface DeviceSecret {
  hash: string
  /** The client that it was issued to. */
  clientId: string
  /** What the person allowed that client then. */
  grantId: string
  /** The tokens that came with it. */
  family: string
  /** `sid`: that of the session under its present id. */
  authentication: Authentication
  /** Seconds since the epoch. */
  createdAt: number
  usedAt: number
  expiresAt: number
}

/** As it is sent. `added`: undefined where the client had it already. */
export interface IssuedDeviceSecret {
  text: string
  added: DeviceSecret | undefined
}

export interface DeviceSecretStore {
  /** They are added and used by `issue`, and end with their session. */
  deviceSecrets: {
    /** One in force: its grant and its family are not revoked. */
    find(hash: string, now: number): Promise<DeviceSecret | undefined>
    /** Those of a person, the last used first. */
    of(subject: string, now: number): Promise<DeviceSecret[]>
    /** True when it was there. */
    end(hash: string): Promise<boolean>
  }
}
