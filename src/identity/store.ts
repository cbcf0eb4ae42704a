/** The store port: what `identity/` asks of the database. Each act is atomic; times are in seconds since the epoch. */
import type { SignedInClient } from '../protocol/ports.ts'
import type { ApiKey } from '../protocol/registry.ts'
import type { Access, Account, AccountStatus, Link, LinkKind, ListedSession, SessionRow, SignUp } from './account.ts'
import type { AttributeStore, Values } from './attributes.ts'
import type { AuditSearch, StoredAuditEvent } from './audit-entry.ts'
import type { FactorStore, PasskeyStore, TotpRow } from './factor-store.ts'
import type { GroupStore } from './groups.ts'
import type { OutboxMessage, OutboxStore } from './outbox.ts'
import type { Role } from './roles.ts'
import type { UpstreamIdentityStore } from './upstream-identities.ts'

/** A change that an administrator makes to another account. It holds only while the administrator still has the role they had when they asked. */
export interface Administration {
  /** Undefined: a machine or the operator, not a person of this tenant. */
  by: { subject: string; role: Role } | undefined
  subject: string
  /** Only an account that has one of these roles is changed. */
  within: readonly Role[]
  /** Computed from the account as it is at that moment. */
  change: ((account: Account) => Partial<Omit<Account, 'subject' | 'createdAt' | 'updatedAt'>>) | 'removal'
  now: number
}

/** A page of accounts. `search`: part of the user name or email address, folded as these are. */
export interface AccountSearch {
  search?: string | undefined
  status?: AccountStatus | undefined
  role?: Role | undefined
  sort: 'username' | 'email' | 'role' | 'created_at'
  descending: boolean
  offset: number
  limit: number
}

export interface SessionSearch {
  /** Undefined: every account's. */
  subject?: string | undefined
  /** The last one of the previous page. */
  after?: Pick<SessionRow, 'createdAt' | 'sid'> | undefined
  limit: number
}

/** By the hashes of their cookie values; of one account: all, all but one, or one, by public id; or by the sign-in at another provider that they came from: of everyone, or of a subject or a session there, of which one is given at least. */
export type SessionsToEnd =
  | { hashes: readonly string[]; connection?: undefined }
  | { subject: string; except?: string; sid?: undefined; connection?: undefined }
  | { subject: string; sid: string; except?: undefined; connection?: undefined }
  | { connection: string; subject: string | undefined; sid: string | undefined }
  | { connection: string; everyone: true; sid?: undefined }

export interface EndedSession {
  sid: string
  subject: string
  /** Applications that the person was signed in to, each with the `sid` of its ID tokens. */
  clients: readonly SignedInClient[]
  /** Ids of the messages, stored with the end, that tell them. */
  messages: readonly string[]
}

/** A count of attempts: at most `limit` in `window` seconds. `subject`: the account whose new password ends the count. */
export interface Bucket {
  name: string
  limit: number
  window: number
  subject?: string | undefined
}

/** What is stored about one account outside its row. */
export interface StoredPersonalData {
  apiKeys: ApiKey[]
  /** Known browsers. */
  devices: { expiresAt: number }[]
  links: { kind: LinkKind; email: string; expiresAt: number }[]
}

/** By name; undefined removes. */
export interface ProfileChange {
  claims: Readonly<Record<string, unknown>>
  attributes: Values
}

export interface IdentityStore extends UpstreamIdentityStore {
  accounts: {
    /** False when the subject, user name or email address is taken. Throws `ZodError` when its attributes break the schema. */
    add(account: Account): Promise<boolean>
    /** The same for an account that another server had, with all it brings, or none of it. A group that is not there is left out. */
    import(brought: { account: Account; groups: readonly string[]; totp: TotpRow | undefined }): Promise<boolean>
    bySubject(subject: string): Promise<Account | undefined>
    /** By folded user name or email address. */
    byLogin(folded: string): Promise<Account | undefined>
    /**
     * Some account's password hash, the same one for the same text, so that checking a password for a login that does not exist takes as
     * long as for one that does, whatever hash algorithms are in use. Undefined when no account has one.
     */
    anyPasswordHash(text: string): Promise<string | undefined>
    /**
     * Changes what is given, all at once, and ends what the change no longer lets in: a new password or status ends sessions, grants and known
     * devices; a new password, status or address every link. 'unknown': no such account; 'taken': user name or
     * address are another's. Throws `ZodError` when attributes break the schema.
     */
    change(subject: string, change: Partial<Omit<Account, 'subject' | 'createdAt'>>): Promise<'changed' | 'unknown' | 'taken'>
    /**
     * Sets these claims and attributes, or removes those that are undefined; all others stay as they are at that moment. False when there is
     * no such account. Throws `ZodError` when its attributes would break the schema.
     */
    changeProfile(subject: string, change: ProfileChange, now: number): Promise<boolean>
    /** Replaces the hash only if it is still `from`: for rehashing at sign-in. */
    rehash(subject: string, from: string, to: string): Promise<boolean>
    /** What is stored about the account outside its row. */
    personalData(subject: string): Promise<StoredPersonalData>
    /** As `remove`, by the owner. 'last', and nothing is removed: no active superadmin would be left. */
    leave(subject: string, now: number): Promise<'removed' | 'unknown' | 'last'>
    /** With its sessions and grants. True when there was one. */
    remove(subject: string, now: number): Promise<boolean>
    count(): Promise<number>
    /** With how many there are on all pages. */
    search(ask: AccountSearch): Promise<{ accounts: Account[]; total: number }>
    /**
     * In one act: changes or removes another's account, with the consequences of `change`; a new role ends sessions and grants. 'refused', and nothing is changed: no such
     * account, or not in reach. 'taken': user name or email address are another's.
     */
    administer(act: Administration): Promise<'changed' | 'refused' | 'taken'>
    /** Sets a password and, in the same act, ends all sessions, links, known devices, and refresh tokens but those of family `keep`. `until`: how long that is remembered, in seconds since the epoch. */
    replacePassword(act: {
      subject: string
      /** Undefined: there was none. */
      from: string | undefined
      to: string
      keep: string | undefined
      now: number
      until: number
    }): Promise<boolean>
  }
  sessions: {
    /**
     * Starts a session and, in the same act, ends those it replaces. False, and nothing is done: the account is not active, or no longer has
     * the password with which the person signed in.
     */
    start(session: SessionRow, passwordHash: string | undefined, replaces: readonly string[]): Promise<boolean>
    /** Those of these hashes that are live and whose account is active, with the account, in any order. */
    find(hashes: readonly string[], now: number): Promise<{ session: SessionRow; account: Account }[]>
    /** Records that a session is in use, and from which address. */
    seen(hash: string, now: number, address: string): Promise<void>
    /** An account's live sessions, the last used first. */
    of(subject: string, now: number): Promise<SessionRow[]>
    /** Ends sessions, with the authorization codes that were issued from them; with an account's, its pending sign-ins too. Queues the logout tokens. Returns those that ended. */
    end(which: SessionsToEnd): Promise<EndedSession[]>
    /** Live sessions, newest first, of one account or of all. `usedSince`: those last used before are over. */
    list(ask: SessionSearch & { usedSince: number; now: number }): Promise<ListedSession[]>
    /** By public id. */
    bySid(sid: string): Promise<ListedSession | undefined>
  }
  access: {
    /** An account's grants in force, newest first. */
    of(subject: string): Promise<Access[]>
    /** Revokes a grant with its tokens. False when the account has no such grant. */
    revoke(subject: string, id: string, now: number): Promise<boolean>
  }
  links: {
    /**
     * Replaces the account's link of this kind, and queues the mail that carries it. False, and nothing is stored: the account is
     * not active, or no longer has this password and address.
     */
    add(link: Link & { account: Pick<Account, 'email' | 'passwordHash'>; message: OutboxMessage }): Promise<boolean>
    /** A link in force, with its account, which is active. */
    find(hash: string, now: number): Promise<{ link: Link; account: Account } | undefined>
    /**
     * Spends a link that verifies or changes the address, and makes its address the account's own and verified. 'unknown': it was spent or
     * has expired, or the account has another address by now. 'taken', and nothing is spent: another account has the address.
     */
    confirmEmail(hash: string, now: number): Promise<'changed' | 'unknown' | 'taken'>
    /**
     * Spends a link that sets a password. All that the old one may have let in ends: sessions, grants with their tokens, known devices, other
     * links, and the count of wrong guesses. False: it was spent or has expired, or the account has another address by now.
     */
    setPassword(hash: string, passwordHash: string, now: number): Promise<boolean>
    /**
     * Spends a link of kind connection and makes the account of the provider a way to sign in to this one. `account`: as it was read; 'unknown': it
     * has changed, or the link was spent or has expired. 'taken': it is another account's.
     */
    connect(hash: string, account: Account, now: number): Promise<'connected' | 'unknown' | 'taken'>
    /** Invitations in force, with their accounts, in order of subject, after `after`. */
    invitations(ask: { after?: string | undefined; limit: number; now: number }): Promise<{ link: Link; account: Account }[]>
    /** Ends the account's invitation. False: there was none in force. */
    endInvitation(subject: string, now: number): Promise<boolean>
  }
  factors: FactorStore
  signUps: {
    /** Alongside others for the same address, with the mail that carries its link. */
    add(signUp: SignUp, message: OutboxMessage): Promise<void>
    find(hash: string, now: number): Promise<SignUp | undefined>
    /**
     * Spends it and adds the account; others for the same address end. 'unknown': it was spent or has expired. 'taken', and nothing is
     * spent: another account has a login of it.
     */
    confirm(hash: string, account: Account, now: number): Promise<'added' | 'unknown' | 'taken'>
  }
  passkeys: PasskeyStore
  challenges: {
    add(challenge: { hash: string; context: string; expiresAt: number }): Promise<void>
    /** Spends one. False when none is in force for this context. */
    spend(hash: string, context: string, now: number): Promise<boolean>
  }
  attempts: {
    /**
     * Counts one attempt in each bucket in turn, and stops at the first that is full, so that a refusal by one does not fill the next.
     * Returns when that one is empty again; undefined when none is full.
     */
    count(buckets: readonly Bucket[], now: number): Promise<number | undefined>
    /** Gives one attempt back to each. */
    giveBack(names: readonly string[]): Promise<void>
    clear(names: readonly string[]): Promise<void>
  }
  audit: {
    add(entries: readonly StoredAuditEvent[], expiresAt: number): Promise<void>
    search(ask: AuditSearch): Promise<StoredAuditEvent[]>
  }
  outbox: OutboxStore
  groups: GroupStore
  attributes: AttributeStore
  devices: {
    /** Has the account of this folded login signed in with this browser before? */
    knows(hash: string, login: string, now: number): Promise<boolean>
    /** Remembers a browser, or extends how long it is remembered. Only the `atMost` newest of an account stay. */
    add(device: { subject: string; hash: string; expiresAt: number }, atMost: number): Promise<void>
  }
}
