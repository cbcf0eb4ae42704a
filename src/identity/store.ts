/** The store port: what `identity/` asks of the database. Each act is atomic; times are in seconds since the epoch. */
import type { ApiKey } from '../protocol/types.ts'
import type { Access, Account, Link, LinkKind, ListedSession, SessionRow, SignUp } from './account.ts'
import type { AttributeStore, Values } from './attributes.ts'
import type { AuditSearch, StoredAuditEvent } from './audit-entry.ts'
import type { FactorStore, PasskeyStore } from './factor-store.ts'
import type { GroupStore } from './groups.ts'
import type { OutboxMessage, OutboxStore } from './outbox.ts'
import type { Role } from './roles.ts'

/** What an administrator does to another account, for as long as the administrator is what they were when they asked. */
export interface Administration {
  /** Undefined: no person of this tenant, but a machine or the operator. */
  by: { subject: string; role: Role } | undefined
  subject: string
  /** Only an account that has one of these roles is changed. */
  within: readonly Role[]
  /** What becomes of the account as it is at that moment. */
  change: ((account: Account) => Partial<Omit<Account, 'subject' | 'createdAt' | 'updatedAt'>>) | 'removal'
  now: number
}

/** A page of accounts. `search`: part of user name or e-mail address, in any case. */
export interface AccountSearch {
  search?: string | undefined
  sort: 'username' | 'email' | 'role' | 'created_at'
  descending: boolean
  offset: number
  limit: number
}

export interface SessionSearch {
  /** Undefined: of everybody. */
  subject?: string | undefined
  /** The last one of the page before. */
  after?: Pick<SessionRow, 'createdAt' | 'sid'> | undefined
  limit: number
}

/** By the hashes of what browsers keep; or of one account: all, all but one, or one, by public id. */
export type SessionsToEnd =
  | { hashes: readonly string[] }
  | { subject: string; except?: string; sid?: undefined }
  | { subject: string; sid: string; except?: undefined }

export interface EndedSession {
  sid: string
  subject: string
}

/** Something that may be tried `limit` times in `window` seconds. `subject`: the account whose new password ends the count. */
export interface Bucket {
  name: string
  limit: number
  window: number
  subject?: string | undefined
}

/** Of one account. */
export interface StoredPersonalData {
  apiKeys: ApiKey[]
  /** Browsers that are known to it. */
  devices: { expiresAt: number }[]
  links: { kind: LinkKind; email: string; expiresAt: number }[]
}

/** By name; undefined takes away. */
export interface ProfileChange {
  claims: Readonly<Record<string, unknown>>
  attributes: Values
}

export interface IdentityStore {
  accounts: {
    /** False when the subject, user name or e-mail address is taken. Throws `ZodError` when its attributes are not what they may be. */
    add(account: Account): Promise<boolean>
    bySubject(subject: string): Promise<Account | undefined>
    /** By folded user name or e-mail address. */
    byLogin(folded: string): Promise<Account | undefined>
    /**
     * The password hash of somebody who has one, the same person's for the same text: so that a password tried for nobody costs what one for
     * somebody does, whatever kinds of hashes there are. Undefined when nobody has one.
     */
    anyPasswordHash(text: string): Promise<string | undefined>
    /**
     * Changes what is given, all at once, and ends what the change no longer lets in: a new password or status ends sessions, grants and known
     * devices; a new password, status or address every link. 'unknown': no such account; 'taken': user name or
     * address are another's. Throws `ZodError` when attributes are not what they may be.
     */
    change(subject: string, change: Partial<Omit<Account, 'subject' | 'createdAt'>>): Promise<'changed' | 'unknown' | 'taken'>
    /**
     * Sets these claims and attributes, or takes away those that are undefined; all others stay as they are at that moment. False when there
     * is no such account. Throws `ZodError` when its attributes would not be what they may be.
     */
    changeProfile(subject: string, change: ProfileChange, now: number): Promise<boolean>
    /** Replaces the hash only if it is still `from`: for rehashing at sign-in. */
    rehash(subject: string, from: string, to: string): Promise<boolean>
    /** What is kept of a person in places that nobody else asks for. */
    kept(subject: string): Promise<StoredPersonalData>
    /** As `remove`, by the owner. 'last', and nothing is removed: nobody else who is active would be a superadmin here. */
    leave(subject: string, now: number): Promise<'removed' | 'unknown' | 'last'>
    /** With its sessions and grants. True when there was one. */
    remove(subject: string, now: number): Promise<boolean>
    /** In order of folded user name, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<Account[]>
    count(): Promise<number>
    /** With how many there are on all pages. */
    search(ask: AccountSearch): Promise<{ accounts: Account[]; total: number }>
    /**
     * In one act: changes or removes another's account, with the consequences of `change`; a new role ends sessions and grants. 'refused', and nothing is changed: no such
     * account, or not in reach. 'taken': user name or e-mail address are another's.
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
     * Starts a session and, in the same act, ends those it takes the place of. False, and nothing is done: the account is not active, or no
     * longer has this password, which was its own when the person proved to be its owner.
     */
    start(session: SessionRow, passwordHash: string | undefined, replaces: readonly string[]): Promise<boolean>
    /** The live ones among these hashes whose account is active, with their account, in any order. */
    find(hashes: readonly string[], now: number): Promise<{ session: SessionRow; account: Account }[]>
    /** Notes that a session is in use, and where. */
    seen(hash: string, now: number, address: string): Promise<void>
    /** The live ones of a subject, the last seen first. */
    of(subject: string, now: number): Promise<SessionRow[]>
    /** Ends sessions, with the authorization codes that were issued from them; with an account's, its pending sign-ins too. Returns those that ended. */
    end(which: SessionsToEnd): Promise<EndedSession[]>
    /** The live ones, newest first, of one subject or of all. `usedSince`: one that has been idle since before is over. */
    list(ask: SessionSearch & { usedSince: number; now: number }): Promise<ListedSession[]>
    /** By public id. */
    bySid(sid: string): Promise<ListedSession | undefined>
  }
  access: {
    /** What is in force of what a subject has allowed, the newest first. */
    of(subject: string): Promise<Access[]>
    /** Takes it back with all tokens that hang off it. False when the subject has allowed no such thing. */
    revoke(subject: string, id: string, now: number): Promise<boolean>
  }
  links: {
    /**
     * In place of the one of this kind that the account may have, with the mail that carries it. False, and nothing is stored: the account is
     * not active, or no longer has this password and address.
     */
    add(link: Link & { account: Pick<Account, 'email' | 'passwordHash'>; message: OutboxMessage }): Promise<boolean>
    /** One in force, with its account, which is active. */
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
  }
  factors: FactorStore
  signUps: {
    /** Beside others for the same address, with the mail that carries its link. */
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
    /** Uses one up. False when there is none in force for this place. */
    spend(hash: string, context: string, now: number): Promise<boolean>
  }
  attempts: {
    /**
     * Counts one attempt in each bucket in turn, and stops at the first that is full, so that a refusal by one does not fill the next.
     * Returns when that one is empty again; undefined when none is full.
     */
    count(buckets: readonly Bucket[], now: number): Promise<number | undefined>
    /** Takes one attempt out of each again. */
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
    /** Has the account of this folded login signed in at this browser before? */
    knows(hash: string, login: string, now: number): Promise<boolean>
    /** Remembers a browser, or remembers it for longer. Of those of one account the `atMost` newest stay. */
    add(device: { subject: string; hash: string; expiresAt: number }, atMost: number): Promise<void>
  }
}
