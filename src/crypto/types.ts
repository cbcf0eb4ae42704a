/** The stores of this folder: sealed bytes and public keys only. Times in seconds since the epoch. */
import type { KeyAlg } from '../protocol/algs.ts'

/** A stored key, which signs or decrypts. Its state follows from the times and the clock alone, so all nodes agree on it. */
export interface SigningKeyRow {
  kid: string
  alg: KeyAlg
  /** Counts the keys of one algorithm from 1: two nodes that rotate at once make one key. */
  generation: number
  /** PKCS #8, sealed. */
  sealedKey: string
  /** In the JWKS from this time … */
  createdAt: number
  /** … signs from this time, until the next generation does … */
  activeAt: number
  /** … and leaves the JWKS at this time; undefined while it is next or active. */
  removeAt: number | undefined
}

export interface KeyStore {
  signingKeys: {
    list(): Promise<SigningKeyRow[]>
    /**
     * `publicJwk`: RFC 7517, public members only, as JSON. False when this algorithm already has a key of this generation. Sets `removeAt` of
     * the generation before in the same transaction.
     */
    add(row: SigningKeyRow & { publicJwk: string }, previousRemoveAt: number | undefined): Promise<boolean>
    /** Removes a key that must no longer be trusted from the JWKS at once. */
    remove(kid: string): Promise<boolean>
  }
}

/** The installation's secret, which proves that the key-encryption key is the right one. */
export interface InstallationStore {
  find(): Promise<{ id: string; sealedSecret: string } | undefined>
  /** False when another node was first. */
  first(row: { id: string; sealedSecret: string }): Promise<boolean>
  /** Replaces the sealed secret only if it is still `from`: for a change of the key-encryption key. */
  reseal(from: string, to: string): Promise<boolean>
  /** True if the database holds anything besides this row; then no new secret may be created. */
  hasData(): Promise<boolean>
}

/** The purposes of sealed values in the database. Each is the `purpose` of their seal. */
export type SealedKind =
  | 'installation'
  | 'signing-key'
  | 'federation-key'
  | 'client-signing-secret'
  | 'totp'
  | 'outbox'
  | 'connection-secret'
  | 'webhook-secret'
  | 'stream-authorization'
  | 'vault'

/** `tenant` and `id`: as in the context of the seal. */
export interface SealedValue {
  tenant: string
  id: string
  sealed: string
}

export interface SealedSlice {
  /** The first 12 characters of the values. */
  prefix: string
  after: { tenant: string; id: string }
  limit: number
}

/** The sealed values of all tenants. */
export interface SealedStore {
  /** How many values begin with the same 12 characters, which name the key-encryption key. */
  counts(): Promise<{ kind: SealedKind; prefix: string; count: number }[]>
  /** In order of tenant and id. */
  slice(kind: SealedKind, ask: SealedSlice): Promise<SealedValue[]>
  /** False when the value is no longer what it was. */
  replace(kind: SealedKind, value: SealedValue, sealed: string): Promise<boolean>
}
