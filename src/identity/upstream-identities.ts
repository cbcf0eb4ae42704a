/** The port of upstream identities: accounts at other providers by which people sign in to an account here. Times in seconds since the epoch. */
import type { Account } from './account.ts'

export interface UpstreamIdentity {
  connection: string
  /** As the provider names the person; it never changes there. */
  upstreamSubject: string
  /** Of the account here. */
  subject: string
  /** The account there, for people. */
  label: string | undefined
  createdAt: number
  lastUsedAt: number | undefined
}

export interface UpstreamIdentityStore {
  upstreamIdentities: {
    find(connection: string, upstreamSubject: string): Promise<UpstreamIdentity | undefined>
    /** An account's, oldest first. */
    of(subject: string): Promise<UpstreamIdentity[]>
    /** True when it is the account's now. False: it is another account's, or the account is gone. */
    link(identity: UpstreamIdentity): Promise<boolean>
    /** A new account with this identity. False, and nothing is stored: another account has a login or the identity. Throws `ZodError` as `accounts.add`. */
    create(account: Account, identity: UpstreamIdentity): Promise<boolean>
    /**
     * Gives an account that was invited to this address, and that nobody has used yet, to who has the address at the provider; the invitation is
     * spent. False, and nothing is stored: it is not such an account, or the identity is another's.
     */
    accept(identity: UpstreamIdentity, email: string): Promise<boolean>
    used(connection: string, upstreamSubject: string, now: number): Promise<void>
    /** 'last', and nothing is removed: the person could not sign in any more. */
    unlink(identity: Pick<UpstreamIdentity, 'subject' | 'connection' | 'upstreamSubject'>): Promise<'removed' | 'unknown' | 'last'>
  }
}
