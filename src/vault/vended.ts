/** What the vault hands out, and when it cannot. */

export interface VendedToken {
  accessToken: string
  /** Seconds since the epoch; undefined: the provider does not say. */
  expiresAt: number | undefined
  scope: readonly string[]
}

/** What came of a refresh. `failed`: why it is the token that was kept. */
export interface Refreshed {
  token: VendedToken
  failed?: Error
}

/** The provider no longer accepts what was kept: the person must be asked again. */
export class ConsentNeeded extends Error {
  override readonly name = 'ConsentNeeded'
}
