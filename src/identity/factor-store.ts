/** The store port of second factors: authenticator apps, passkeys, recovery codes. */
import type { Account } from './account.ts'

/** An authenticator app. */
export interface TotpRow {
  subject: string
  /** Its secret, sealed. */
  sealed: string
  /** The newest time step whose code was accepted; neither it nor an earlier one is accepted again. */
  lastStep: number
  createdAt: number
}

/** A passkey. */
export interface Passkey {
  /** Credential id, made by the authenticator; base64url. */
  id: string
  subject: string
  /** COSE key, base64url. */
  publicKey: string
  /** The newest the authenticator has reported; always 0 where it keeps none. */
  counter: number
  /** Hints how browsers reach it. */
  transports: readonly string[]
  /** Whether it may be on several devices, and whether it is backed up. */
  synced: boolean
  backedUp: boolean
  /** Chosen by the owner. */
  name: string
  createdAt: number
  lastUsedAt: number | undefined
}

/** What comes with adding a second factor. */
export interface FactorAddition {
  /** Hashes of recovery codes, stored when the factor is the account's first. */
  recoveryCodes: readonly string[]
  /** Only as the first one: the person has shown no other factor. */
  onlyFirst: boolean
}

/** Each is one atomic act. */
export interface FactorStore {
  /** The second factors of an account. */
  of(subject: string): Promise<{ totp: TotpRow | undefined; passkeys: number; recoveryCodes: number }>
  /** Replaces an existing app. 'refused': the account is not active, or has a factor although this one had to be the first. */
  addTotp(totp: TotpRow, how: FactorAddition): Promise<'first' | 'added' | 'refused'>
  /** Spends a time step and all before it, and stores the secret as `sealed`. False: it was spent, or the app's secret is not `from`. */
  useStep(subject: string, use: { from: string; sealed: string; step: number }): Promise<boolean>
  /** With the recovery codes when no factor is left. False when there is no app. */
  removeTotp(subject: string): Promise<boolean>
  /** Replaces all recovery codes. False: there is no factor to recover from. */
  replaceRecoveryCodes(subject: string, hashes: readonly string[]): Promise<boolean>
  /** Spends a recovery code. Returns how many are left; undefined: there is no such code. */
  spendRecoveryCode(subject: string, hash: string): Promise<number | undefined>
  /** Removes every factor and ends all sessions. True when there was a factor. */
  clear(subject: string): Promise<boolean>
}

/** Each is one atomic act. */
export interface PasskeyStore {
  /** 'refused': as `factors.addTotp`, or the passkey exists already. */
  add(passkey: Passkey, how: FactorAddition): Promise<'first' | 'added' | 'refused'>
  /** Oldest first. */
  of(subject: string): Promise<Passkey[]>
  /** With its account, which is active. */
  find(id: string): Promise<{ passkey: Passkey; account: Account } | undefined>
  /** Records a use. False: the counter has not increased since another use. */
  used(id: string, use: { counter: number; backedUp: boolean; now: number }): Promise<boolean>
  rename(subject: string, id: string, name: string): Promise<boolean>
  /** With the recovery codes when no factor is left. */
  remove(subject: string, id: string): Promise<boolean>
}
