/** What the rules are told of the tenant they act for. */

import type { Attester } from './attesters.ts'
import type { ClientMetadata } from './client.ts'
import type { Certificate } from './codec/certificate.ts'
import type { CredentialConfiguration } from './credential-configuration.ts'
import type { RedirectClass } from './redirect-uri.ts'
import type { DetailType } from './resource.ts'

/** What may differ between tenants. Lifetimes in seconds. */
export interface TenantSettings {
  readonly name: string
  /** Address of its logo. */
  readonly logoUri: string | undefined
  /** Name of the cookie that says what a browser is signed in as, without the prefix of https. */
  readonly stateCookie: string
  readonly lifetimes: Lifetimes
  /** Whether people may register an account. */
  readonly signUp: boolean
  /** Whether request objects are fetched from addresses of clients. */
  readonly requestUri: boolean
  /** Hosts whose client ID metadata documents are accepted: names, `*.` and a name for those below it, or `*` for all. */
  readonly clientIdHosts: readonly string[]
  /** Whether it transmits shared signals. */
  readonly sharedSignals: boolean
  /** Grant types that this tenant has disabled. */
  readonly withoutGrantTypes: readonly string[]
  /** required: nobody is signed in without one. */
  readonly secondFactor: 'optional' | 'required'
  /** The scopes of the server and of the tenant's attributes, in words for the consent page. */
  readonly scopes: Readonly<Record<string, string>>
  /** Types of authorization details, each once. */
  readonly detailTypes: readonly DetailType[]
  /** Credentials that it issues, and can sign. Empty: it is no credential issuer. */
  readonly credentials: readonly CredentialConfiguration[]
  /** Copies that one person can have before they expire. */
  readonly credentialsPerPerson: number
  /** Backchannel requests that one person has not answered, in the longest time that one waits. */
  readonly unansweredRequests: number
  /** Who vouches for instances of clients, by their issuers. */
  readonly attesters: Readonly<Record<string, Attester>>
  /** How clients may register themselves. */
  readonly registration: RegistrationRule
  /** Attributes of people that a scope asks for, and the claim for each. */
  readonly attributes: readonly { readonly name: string; readonly scope: string; readonly claim: string }[]
}

/** What clients that register themselves may have. RFC 7591 §1.2, §5 */
export interface RegistrationRule {
  /** Without an initial access token. */
  readonly open: boolean
  /** Scopes, unless the initial access token names others. */
  readonly scope: readonly string[]
  /** Kinds of redirect URI, of those without an initial access token. */
  readonly redirects: readonly RedirectClass[]
  /** Issuers of software statements that are trusted, each with its key set or the address of that. */
  readonly statementIssuers: Readonly<Record<string, string | NonNullable<ClientMetadata['jwks']>>>
  /** Without an initial access token, a client needs a statement. */
  readonly statementRequired: boolean
  /** Seconds for which they are kept without being used. */
  readonly unusedFor: number
}

export interface Lifetimes {
  readonly flow: number
  readonly code: number
  readonly accessToken: number
  readonly idToken: number
  readonly refreshToken: number
  /** How long a repeated refresh request gets the same successor. */
  readonly refreshGrace: number
}

/** What the operator set for TLS with certificates of clients. */
export interface MutualTls {
  /** Whose certificates are accepted for `tls_client_auth`. */
  authorities: readonly Certificate[]
  /** Where clients are asked for a certificate, if that is another origin than the issuer's. */
  origin: string | undefined
}
