/** What the vault hands out, and when it cannot. */

export interface VendedToken {
  accessToken: string
  /** Seconds since the epoch; undefined: the provider does not say. */
  expiresAt: number | undefined
  scope: readonly string[]
}

/** The provider no longer accepts what was kept: the person must be asked again. */
export class ConsentNeeded extends Error {
  override readonly name = 'ConsentNeeded'
}
