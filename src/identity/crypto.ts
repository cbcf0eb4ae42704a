/** The crypto ports: what `identity/` asks of `crypto/`. */
import type { Passkey } from './factor-store.ts'

/** Passwords. */
export interface PasswordCheck {
  hash(password: string): Promise<string>
  /** An imported hash, as it is stored. Throws, with a message for people, when it cannot be checked here. */
  adopt(hash: string): string
  /** False when there is no hash, after the same time. */
  verify(password: string, hash: string | undefined): Promise<boolean>
  needsRehash(hash: string): boolean
  /** Is it a widely used one? */
  isPopular(password: string): boolean
}

/** Second factors. */
export interface FactorCrypto {
  draft(owner: string, until: number): { secret: string; sealed: string }
  reopen(owner: string, sealed: string, now: number): { secret: string; sealed: string } | undefined
  confirm(ask: { owner: string; subject: string; sealed: string; code: string; now: number }): { sealed: string; step: number } | undefined
  /** Seals the secret of an app that another server had set up. */
  adopt(subject: string, secret: Uint8Array): string
  accept(ask: { subject: string; sealed: string; code: string; now: number }): { sealed: string; step: number } | undefined
  /** A new recovery code, as displayed. */
  recoveryCode(): string
  /** The options for creating a passkey or signing with one, as JSON. */
  creation(ask: { challenge: string; handle: string; username: string; name: string; known: readonly string[] }): string
  request(ask: { challenge: string; allowed: readonly { id: string; transports: readonly string[] }[]; verified: boolean }): string
  /** What tells an authenticator that this passkey is not stored, or which ones of a person are, as JSON. */
  unknown(id: string): string
  accepted(handle: string, ids: readonly string[]): string
  /** `read`: what the browser's response says, unverified. `created`, `signed`: what it proves. Undefined when anything is wrong with it. */
  read(response: string): { id: string; challenge: string; userHandle: string | undefined } | undefined
  created(ask: {
    response: string
    challenge: string
  }): Promise<(Pick<Passkey, 'id' | 'publicKey' | 'counter' | 'transports' | 'synced' | 'backedUp'> & { verified: boolean }) | undefined>
  signed(ask: {
    response: string
    challenge: string
    passkey: Pick<Passkey, 'id' | 'publicKey' | 'counter'>
    verified: boolean
  }): Promise<{ counter: number; backedUp: boolean; verified: boolean } | undefined>
}
