/** What may be used a single time, across all nodes: see `Store.usedOnce`. */
import type { UsedOnce } from './types.ts'

export interface UsedOnceStore {
  /** Values that may be used only once until they expire, on any node. */
  usedOnce: {
    /** True for the first caller with this id. `id`: a hash, since the value comes from outside. `expiresAt`: when the value is no longer valid. */
    first(kind: UsedOnceKind, id: string, expiresAt: number): Promise<boolean>
    /** Uses up all of them, which are one or more. False: one was used before; then nothing was done. */
    all(values: readonly OfKind[]): Promise<boolean>
    /** Was it used? `first` alone decides; this tells early what it will say. */
    wasUsed(kind: UsedOnceKind, id: string): Promise<boolean>
  }
}

export interface OfKind extends UsedOnce {
  kind: UsedOnceKind
}

/** What proves something a single time. It is used up by what it is accepted for, in the same act. `refuse`: when it was used before. */
export interface SingleUse extends OfKind {
  refuse(): never
}

export type UsedOnceKind =
  | 'assertion-grant'
  | 'backchannel-request'
  | 'client-assertion'
  | 'client-attestation'
  | 'dpop-proof'
  | 'request-object'
  | 'credential-nonce'
  | 'upstream-logout'
  | 'federation-registration'
