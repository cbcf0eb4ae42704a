/** Issued, deferred and offered credentials, and their ports — OpenID for Verifiable Credential Issuance 1.0 §4, §8, §9, §11; Token Status List §7. */
import type { CredentialConfiguration } from './credential-configuration.ts'

/** By their values in a status list. Token Status List §7.1 */
export const credentialStatuses = ['valid', 'revoked', 'suspended'] as const
export type CredentialStatus = (typeof credentialStatuses)[number]

/** What a wallet can tell of the credentials that it was sent. §11.1 */
export const walletEvents = ['credential_accepted', 'credential_failure', 'credential_deleted'] as const
export type WalletEvent = (typeof walletEvents)[number]

/** All copies that one request was answered with. */
export interface IssuedCredential {
  /** Public; the wallet knows it as `notification_id`. */
  id: string
  /** Undefined once the account is removed. */
  subject: string | undefined
  clientId: string
  /** Id of the configuration. */
  configuration: string
  status: CredentialStatus
  /** What the wallet told last. */
  event: WalletEvent | undefined
  /** Seconds since the epoch. */
  issuedAt: number
  expiresAt: number
}

/** Where a verifier finds the status of one copy. Token Status List §6.2 */
export interface StatusIndex {
  list: number
  index: number
}

/** A status list as it is now: the statuses that are not `valid`, by index. */
export interface StatusList {
  /** Another number after each change. */
  version: number
  statuses: readonly { index: number; status: CredentialStatus }[]
}

/** A request for a credential that waits for an administrator. §9 */
export interface DeferredCredential {
  /** Public. */
  id: string
  /** Of its `transaction_id`. */
  hash: string
  subject: string
  clientId: string
  /** Id of the configuration. */
  configuration: string
  /** The keys to bind copies to, as JWKs. */
  keys: readonly object[]
  state: 'waiting' | 'approved' | 'denied'
  createdAt: number
  expiresAt: number
}

/** An offer of credentials to a wallet. §4.1 */
export interface CredentialOffer {
  /** Public; the wallet returns it as `issuer_state`. */
  id: string
  /** Of the token in its address. */
  hash: string
  /** Of its pre-authorized code; undefined: the person signs in. */
  code: string | undefined
  /** Who gets the credential; undefined: the person who signs in. */
  subject: string | undefined
  /** Ids of configurations. */
  configurations: readonly string[]
  /** Hash of its transaction code; undefined: there is none. */
  txCode: string | undefined
  usedAt: number | undefined
  createdAt: number
  expiresAt: number
}

/** What `crypto/` offers the rules: signatures on credentials, and on what is said of them. */
export interface CredentialKey {
  /** Certificates, the key's own first, without the trust anchor: DER in base64. Empty: the key is found by its `kid` in the JWKS. */
  readonly x5c: readonly string[]
  /** The public key, where it is not in the JWKS. */
  readonly jwk: object | undefined
  /** Seconds for which a signature that is made now can be verified: until a certificate expires, or the key is no longer published. */
  longest(now: number): number
  /** The `kid` of the key that signs now. */
  kid(): Promise<string>
  /** Compact JWS with ES256, `kid` and `x5c`. */
  sign(typ: string, claims: object): Promise<string>
  /** ECDSA with SHA-256 and P-256: 64 bytes. RFC 9053 §2.1 */
  signBytes(bytes: Uint8Array): Promise<Uint8Array>
}

/** How a page of a list is asked for: newest first; `after`: the last one of the page before. */
interface Paging {
  after?: { at: number; id: string } | undefined
  limit: number
}

export interface ConfigurationStore {
  credentialConfigurations: {
    /** At most 200, in order of id. */
    all(): Promise<readonly CredentialConfiguration[]>
    find(id: string): Promise<CredentialConfiguration | undefined>
    /** In order of id, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<CredentialConfiguration[]>
    /** False when the id is taken. */
    add(configuration: CredentialConfiguration): Promise<boolean>
    /** False when there is none of this id. */
    replace(configuration: CredentialConfiguration): Promise<boolean>
    /** True when there was one. What was issued stays, and so do its statuses. */
    remove(id: string): Promise<boolean>
  }
}

export interface IssuedCredentialStore {
  issuedCredentials: {
    /**
     * Records it and gives each copy an index that was never used: for each the first of its candidates that is free. `fulfils`: hash of the
     * approved request that it answers, which ends. `most`: copies that one person can have before they expire. Else nothing is recorded.
     */
    add(
      credential: IssuedCredential,
      ask: { candidates: readonly (readonly number[])[]; fulfils: string | undefined; most: number; now: number },
    ): Promise<readonly StatusIndex[] | 'answered' | 'too many' | 'no account'>
    find(id: string): Promise<IssuedCredential | undefined>
    /** Of one person or of all. */
    list(ask: Paging & { subject?: string | undefined }): Promise<IssuedCredential[]>
    /** False when there is none, or it was revoked: that is for good. `subject`: only if it is this person's. */
    setStatus(id: string, status: CredentialStatus, subject?: string): Promise<boolean>
    /** What the wallet of this client and person tells. False when there is no such credential of theirs. */
    note(ask: { id: string; clientId: string; subject: string; event: WalletEvent }): Promise<boolean>
  }
  statusLists: {
    /** The version of a list; undefined: there is no such list. */
    version(list: number): Promise<number | undefined>
    read(list: number): Promise<StatusList | undefined>
  }
  deferredCredentials: {
    /** False: this person has `most` that are not fetched yet. */
    add(deferred: DeferredCredential, most: number): Promise<boolean>
    find(by: { hash: string } | { id: string }, now: number): Promise<DeferredCredential | undefined>
    /** Those that wait, the oldest first. */
    waiting(ask: { after?: string; limit: number; now: number }): Promise<DeferredCredential[]>
    /** False when it does not wait. */
    decide(id: string, state: 'approved' | 'denied', now: number): Promise<boolean>
  }
}

export interface OfferStore {
  credentialOffers: {
    add(offer: CredentialOffer): Promise<void>
    /** One that can still be used. */
    find(by: { hash: string } | { id: string }, now: number): Promise<CredentialOffer | undefined>
    /**
     * Counts a try at the transaction code before it is compared, and returns the offer of this pre-authorized code, used or not. Undefined: there is
     * none, it has expired, or its tries are used up.
     */
    attempt(code: string, now: number, most: number): Promise<CredentialOffer | undefined>
  }
}

/** What the rules of credentials need of the store. */
export type CredentialStore = ConfigurationStore & IssuedCredentialStore & OfferStore
