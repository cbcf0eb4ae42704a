/** Second factors as kept: authenticator apps, passkeys, recovery codes. */
import type { Account } from './account.ts'

/** An authenticator app as kept. */
export interface TotpRow {
  subject: string
  /** Its secret. */
  sealed: string
  /** The newest time step whose code was accepted; it and all before it count no more. */
  lastStep: number
  createdAt: number
}

/** A passkey as kept. */
export interface Passkey {
  /** Made by its authenticator; in base64url. */
  id: string
  subject: string
  /** COSE, in base64url. */
  publicKey: string
  /** The newest that the authenticator has told; always 0 where it keeps none. */
  counter: number
  /** How browsers reach it. */
  transports: readonly string[]
  /** May be on several devices, and whether it is backed up. */
  synced: boolean
  backedUp: boolean
  /** The owner's word for it. */
  name: string
  createdAt: number
  lastUsedAt: number | undefined
}

/** What adding a second factor makes true beside it. */
export interface FactorAddition {
  /** Hashes of recovery codes, kept when the factor is the person's first. */
  recoveryCodes: readonly string[]
  /** Only as the first one: for whoever has shown no other. */
  onlyFirst: boolean
}

/** Each is one atomic act. */
export interface FactorStore {
  /** What an account has beside its password. */
  of(subject: string): Promise<{ totp: TotpRow | undefined; passkeys: number; recoveryCodes: number }>
  /** In place of the app there may be. 'refused': the account is not active, or has a factor although this was to be the first. */
  addTotp(totp: TotpRow, how: FactorAddition): Promise<'first' | 'added' | 'refused'>
  /** Uses a time step up, with all before it, and keeps the secret as `sealed`. False: it was used, or there is no app with the secret `from`. */
  useStep(subject: string, use: { from: string; sealed: string; step: number }): Promise<boolean>
  /** With the recovery codes, when nothing else is left. False when there is none. */
  removeTotp(subject: string): Promise<boolean>
  /** In place of all others. False: there is no factor that they could stand in for. */
  replaceRecoveryCodes(subject: string, hashes: readonly string[]): Promise<boolean>
  /** Uses a recovery code up. Returns how many are left; undefined: there is no such code. */
  spendRecoveryCode(subject: string, hash: string): Promise<number | undefined>
  /** Takes every factor away, and ends all sessions. True when there was one. */
  clear(subject: string): Promise<boolean>
}

/** Each is one atomic act. */
export interface PasskeyStore {
  /** 'refused': as `factors.addTotp`, or there is such a passkey already. */
  add(passkey: Passkey, how: FactorAddition): Promise<'first' | 'added' | 'refused'>
  /** Oldest first. */
  of(subject: string): Promise<Passkey[]>
  /** With its account, which is active. */
  find(id: string): Promise<{ passkey: Passkey; account: Account } | undefined>
  /** Notes a use. False: the counter has not gone up since another use. */
  used(id: string, use: { counter: number; backedUp: boolean; now: number }): Promise<boolean>
  rename(subject: string, id: string, name: string): Promise<boolean>
  /** With the recovery codes, when nothing else is left. */
  remove(subject: string, id: string): Promise<boolean>
}
