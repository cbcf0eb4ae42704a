/** A server to be judged, and what it has been told of the suite: people, clients, APIs. */

export interface Target {
  /** As the report calls it. */
  name: string
  issuer: string
  /** URL of the metadata; absent: the well-known ones of the issuer. */
  metadata?: string | undefined
  /** Origins of its pages, beside those of its endpoints. */
  origins?: readonly string[] | undefined
  /** PEM of the certificate authorities of the server. */
  ca?: string | undefined
  /** The first signs in; the second is somebody else. */
  people: readonly Person[]
  /** By the names that checks use; see the README. */
  clients: Readonly<Record<string, Registration>>
  /** APIs for which tokens can be asked with `resource`, RFC 8707. */
  resources: readonly Resource[]
  pages: Pages
  /** Clients that the target does not name register themselves, and are deleted in the end. */
  register?: boolean | undefined
  /** With which clients register, RFC 7591 §3; absent: registration is open to all. */
  initial_access_token?: string | undefined
}

export interface Person {
  username: string
  password: string
}

/** A client as it is registered, in the words of RFC 7591 §2. */
export interface Registration {
  client_id: string
  client_secret?: string | undefined
  token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none'
  redirect_uris: readonly string[]
  post_logout_redirect_uris: readonly string[]
  /** Scopes it is registered for, separated by spaces. */
  scope: string
  /** Its private key, for `private_key_jwt`, as a JWK with `kid` and `alg`. */
  private_key?: Readonly<Record<string, unknown>> | undefined
  /** Where and with what it changes its registration, RFC 7592 §3. */
  registration_client_uri?: string
  registration_access_token?: string
}

export interface Resource {
  identifier: string
  /** Separated by spaces. */
  scope: string
}

/** What a person does on the server's pages. */
export interface Pages {
  /** The first whose `when` is on the page is done. */
  steps: readonly Step[]
  /** What is clicked in place of consent by a person who declines. */
  decline?: string | undefined
}

export interface Step {
  /** CSS selector of an element that only this page has. */
  when: string
  /** Values by field name; `{username}`, `{password}` and `{user_code}` stand for what they say. */
  fill: Readonly<Record<string, string>>
  /** CSS selector of the button or link to click; absent: the form is sent by its first button. */
  click?: string | undefined
}

/** A target that runs, and ends with the suite if the suite started it. */
export interface RunningTarget extends Target {
  stop(): Promise<void>
}

export function isLoopback(issuer: string): boolean {
  const { hostname } = new URL(issuer)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}
