/** A sign-in at another provider that a session here comes from — OpenID Connect Back-Channel Logout 1.0 §2.3. */
export interface UpstreamSignIn {
  /** Name of the connection. */
  connection: string
  /** As the provider names the person. */
  subject: string
  /** The `sid` of its ID token, if it has one. */
  sid: string | undefined
}
