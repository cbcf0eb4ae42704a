/** Ports of a tenant's federation. Times in seconds since the epoch. */
import type { Client, ClientMetadata } from '../client.ts'
import type { SecretRow } from '../registry.ts'
import type { PublicJwk } from '../remote.ts'
import type { EntityRole, FederationEntity } from './entity.ts'
import type { TrustAnchors } from './trust-chain.ts'

/** What every statement about the tenant itself is made from. */
export interface OwnFederation {
  anchors: TrustAnchors
  superiors: readonly string[]
  issuers: readonly FederationEntity[]
  owners: readonly FederationEntity[]
  hasSubordinates: boolean
}

/** A federation key that no longer signs. OpenID Federation §8.7.2 */
export interface FormerKey {
  jwk: PublicJwk
  createdAt: number
  removedAt: number
  /** It was removed before its time. */
  revoked: boolean
}

/** A trust mark that this tenant issued. */
export interface IssuedTrustMark {
  /** Another one each time that it is issued. */
  id: string
  type: string
  subject: string
  issuedAt: number
  /** undefined: it is valid until it is revoked. */
  expiresAt: number | undefined
  revokedAt: number | undefined
}

/** A client that a trust chain vouches for. */
export interface FederatedClient {
  clientId: string
  /** `before`: as it is stored already. */
  client: (before: ClientMetadata | undefined) => ClientMetadata
  /** A secret replaces all others. */
  secret: SecretRow | undefined
  now: number
  trustedUntil: number
  /** The anchor of its chain, with the keys by which that was verified. */
  anchor: { id: string; keys: readonly PublicJwk[] }
  /** When it is deleted if nobody uses it. */
  expiresAt: number
}

export interface FederationStore {
  federation: {
    own(): Promise<OwnFederation>
    find(role: EntityRole, entityId: string): Promise<FederationEntity | undefined>
    /** In order of identifier, after `after`. */
    list(ask: { role: EntityRole; after?: string; limit: number }): Promise<FederationEntity[]>
    /** True when there was none before. */
    put(entity: FederationEntity): Promise<boolean>
    remove(role: EntityRole, entityId: string): Promise<boolean>
    formerKeys(): Promise<readonly FormerKey[]>
    /**
     * Registers it, or again. 'taken': an operator registered a client of this identifier, or disabled this one. 'untrusted': the anchor was
     * removed, or got other keys, since the chain was verified.
     */
    register(ask: FederatedClient): Promise<Client | 'taken' | 'untrusted'>
  }
  trustMarks: {
    /** In place of the one that the subject had of this type. */
    issue(mark: Omit<IssuedTrustMark, 'revokedAt'>): Promise<void>
    find(type: string, subject: string): Promise<IssuedTrustMark | undefined>
    /** False: there is none in force. */
    revoke(type: string, subject: string, now: number): Promise<boolean>
    /** Of one type or all, of one subject or all; in order of type and subject, after `after`. */
    list(ask: {
      type?: string | undefined
      subject?: string | undefined
      after?: { type: string; subject: string } | undefined
      limit: number
    }): Promise<IssuedTrustMark[]>
    /** Which of these entities have one that is valid. `type`: of any type if undefined. */
    valid(subjects: readonly string[], type: string | undefined, now: number): Promise<readonly string[]>
  }
}
