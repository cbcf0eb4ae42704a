/** What an authorization request demands of the sign-in — OpenID Connect Core §3.1.2.1, §5.5. */

export interface SignInDemand {
  /** Who must sign in, by the `sub` that the client is told. */
  subject?: string
  /** Authentication context classes of which one must be reached, or else the request fails. */
  requiredAcr?: readonly string[]
  /** Classes that are wished for, in order of preference. */
  acrValues?: readonly string[]
}
