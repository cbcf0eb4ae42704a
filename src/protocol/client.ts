/** A client and what it may do: the metadata of RFC 7591 §2 and OpenID Connect Registration §2 under their own names, and a security policy. */
import { z } from 'zod'
import { accessTokenAlgs, signingAlgs } from './algs.ts'
import { claimSources, everySource, fixedClaims } from './claim-sources.ts'
import { mustBind } from './client-binding.ts'
import { certificateNames } from './client-certificate-names.ts'
import { backchannelMembers, identityAssertionAudiences } from './client-grant-members.ts'
import { clientKeys } from './client-keys-schema.ts'
import { policySchema } from './client-policy.ts'
import { signingSecretProblems } from './client-secret-methods.ts'
import { contentEncryptionAlgs, encryptionKey, keyEncryptionAlgs } from './codec/jwe.ts'
import { clientSigningAlgs } from './codec/public-key.ts'
import { localizations } from './localizations.ts'
import { isWebOrigin } from './origins.ts'
import { isLoopback, redirectUriProblem } from './redirect-uri.ts'
import { accessTokenTyp, isIdentifier } from './resource.ts'
import { frontChannelProblems, frontChannelTypes } from './response-types.ts'
import { identifier, line, webUrl } from './text.ts'

/** What applications ask for unless told otherwise: who somebody is, and how to call and reach them. */
export const usualScope = 'openid profile email'

const text = line(2000)
const url = webUrl()
  .refine((text) => !/\s/.test(text), 'must have no spaces')
  .refine((text) => !URL.parse(text)?.username && !URL.parse(text)?.password, 'must hold no user name or password')
/** https, or http to this machine alone. */
export const secureUrl = url.refine((text) => text.startsWith('https:') || isLoopback(text), 'must be https')

const seconds = z.int().min(1).max(31_536_000)
const signingAlg = z.enum(signingAlgs)

/** OpenID Connect Back-Channel Logout §2.2, Front-Channel Logout §2 */
const logoutUri = secureUrl.refine((text) => !text.includes('#'), 'must not have a fragment')

/** What binds the access tokens of a client to a key of its own. */
export const bindingMembers = ['dpop_bound_access_tokens', 'tls_client_certificate_bound_access_tokens'] as const

/** What a client may be held to by a member of its own; a feature must serve it. */
export const heldMembers = [...bindingMembers, 'require_pushed_authorization_requests'] as const
export type HeldMember = (typeof heldMembers)[number]

/** What a client may have encrypted: by the members `…_encrypted_response_alg` and `…_encrypted_response_enc`. */
const encryptedKinds = ['authorization', 'id_token', 'userinfo'] as const
export type EncryptedKind = (typeof encryptedKinds)[number]

/** The longest lifetime of an access token, in seconds. */
export const maxAccessTokenLifetime = 86_400

/** The client to which our own sign-in API issues its tokens. Nobody can register a client under this name or the next. */
export const firstPartyId = 'gatehouse'

/** The client of the account page. */
export const accountPageId = 'gatehouse-account'

export const clientSchema = z
  .strictObject({
    client_id: identifier(255).describe('The identifier'),
    client_name: text.optional().describe('Shown to people'),
    client_uri: url.optional().describe('Home page'),
    logo_uri: url.optional().describe('Logo, shown at consent'),
    policy_uri: url.optional().describe('Privacy policy, linked at consent'),
    tos_uri: url.optional().describe('Terms of service, linked at consent'),
    localizations: localizations(text, url)
      .default({})
      .describe('Names and addresses in other languages, as {"client_name#de": "Laden"}, RFC 7591 §2.2'),
    contacts: z.array(text).max(50).optional().describe('Email addresses of the people responsible'),
    application_type: z.enum(['web', 'native']).default('web').describe('native: loopback and private-use redirect URIs, RFC 8252'),
    redirect_uris: z.array(text).max(50).default([]).describe('Compared exactly, except that a native loopback URI may have any port'),
    web_origins: z
      .array(z.string().max(300).refine(isWebOrigin, 'must be an origin, such as https://app.example or capacitor://localhost'))
      .max(50)
      .default([])
      .describe('Web origins whose scripts may call this server, besides those of redirect_uris'),
    post_logout_redirect_uris: z.array(text).max(50).default([]).describe('Where logout may lead, RP-Initiated Logout §3.1'),
    backchannel_logout_uri: logoutUri
      .optional()
      .describe('Where it is told that a session has ended, OpenID Connect Back-Channel Logout §2.2'),
    frontchannel_logout_uri: logoutUri
      .optional()
      .describe('What the browser loads in a frame at logout, OpenID Connect Front-Channel Logout §2'),
    frontchannel_logout_session_required: z
      .boolean()
      .default(false)
      .describe('It needs `iss` and `sid` in that request, which are there in any case'),
    backchannel_logout_session_required: z
      .boolean()
      .default(false)
      .describe('It needs `sid` in logout tokens, which they have in any case'),
    grant_types: z.array(text).max(50).default(['authorization_code']).describe('Which grant types it may use'),
    response_types: z
      .array(z.enum(['code', 'none', ...frontChannelTypes]))
      .max(20)
      .default(['code'])
      .describe('Which response types it may use; those with tokens need a tenant that has switched them on'),
    jwks: clientKeys
      .optional()
      .describe('Its public keys, as {"keys": [...]}: for private_key_jwt, self_signed_tls_client_auth and request objects, RFC 7517 §5'),
    request_object_signing_alg: z.enum(clientSigningAlgs).optional().describe('The one algorithm of its request objects; absent: any'),
    require_pushed_authorization_requests: z.boolean().default(false).describe('Only pushed authorization requests, RFC 9126 §6'),
    require_signed_request_object: z.boolean().default(false).describe('Only signed authorization requests, RFC 9101 §10.5'),
    jwks_uri: secureUrl.optional().describe('Where its public keys are, in place of jwks: they are read again when they change'),
    request_uris: z
      .array(secureUrl)
      .max(50)
      .default([])
      .describe(
        'Addresses of its request objects, where the tenant lets them be fetched, with or without the SHA-256 hash of the content as fragment',
      ),
    token_endpoint_auth_signing_alg: z
      .enum([...clientSigningAlgs, 'HS256'])
      .optional()
      .describe('The one algorithm of its assertions; absent: any'),
    token_endpoint_auth_method: text
      .default('client_secret_basic')
      .describe('How it authenticates; a secret may come by basic or post unless policy.client_secret_method says otherwise'),
    ...certificateNames,
    scope: z.string().max(8192).default(usualScope).describe('The scopes it may ask for, separated by spaces'),
    authorization_details_types: z
      .array(text)
      .max(50)
      .default([])
      .describe('Types of authorization details that it may request, RFC 9396 §10'),
    resource_scope: z
      .record(z.string().max(2000), z.string().max(2000))
      .refine((table) => Object.keys(table).length <= 100, 'must not name more than 100 APIs')
      .default({})
      .describe('Its scopes for each API, as {"https://api.example": "read write"}; needed when several APIs declare the same scope'),
    initiate_login_uri: secureUrl.optional().describe('Where a sign-in begun elsewhere starts, OpenID Connect Core §4'),
    subject_type: z
      .enum(['public', 'pairwise'])
      .default('public')
      .describe('pairwise: a `sub` that other applications do not know, OpenID Connect Core §8'),
    sector_identifier_uri: secureUrl
      .optional()
      .describe('List of the redirect URIs of all applications that share pairwise subjects, as JSON'),
    software_id: text.optional().describe('Identifies the software, whatever the client'),
    software_version: text.optional().describe('Version of the software'),
    software_statement: z
      .string()
      .max(16_384)
      .optional()
      .describe('The statement it registered with, told back as it was sent, RFC 7591 §2.3'),
    connections: z
      .record(z.string().max(63), z.string().max(2000))
      .refine((table) => Object.keys(table).length <= 50, 'must not name more than 50 connections')
      .default({})
      .describe('Connections whose tokens it may be given, with the scopes of each, as {"github": "read:user"}'),
    identity_assertion_audiences: identityAssertionAudiences,
    ...backchannelMembers(secureUrl),
    default_max_age: seconds.optional().describe('max_age when a request names none'),
    default_acr_values: z.array(text).max(20).optional().describe('acr_values when a request names none'),
    require_auth_time: z.boolean().default(false).describe('auth_time in every ID token'),
    authorization_signed_response_alg: signingAlg
      .optional()
      .describe('Algorithm of its authorization responses of mode jwt; absent: that of its ID tokens'),
    authorization_encrypted_response_alg: z.enum(keyEncryptionAlgs).optional().describe('absent: they are not encrypted'),
    authorization_encrypted_response_enc: z.enum(contentEncryptionAlgs).optional().describe('absent: A128CBC-HS256'),
    id_token_scope_claims: z
      .boolean()
      .default(false)
      .describe('The claims of the granted scopes are also in ID tokens, for software that does not call UserInfo'),
    id_token_signed_response_alg: signingAlg.default('RS256').describe('Algorithm of its ID tokens'),
    id_token_encrypted_response_alg: z.enum(keyEncryptionAlgs).optional().describe('absent: its ID tokens are not encrypted'),
    id_token_encrypted_response_enc: z.enum(contentEncryptionAlgs).optional().describe('absent: A128CBC-HS256'),
    userinfo_signed_response_alg: signingAlg.optional().describe('Algorithm of UserInfo responses as JWTs; absent: they are not signed'),
    userinfo_encrypted_response_alg: z.enum(keyEncryptionAlgs).optional().describe('absent: UserInfo responses are not encrypted'),
    userinfo_encrypted_response_enc: z.enum(contentEncryptionAlgs).optional().describe('absent: A128CBC-HS256'),
    access_token_format: z.enum(['jwt', 'opaque']).default('jwt').describe('jwt: RFC 9068; opaque: by introspection only'),
    access_token_typ: accessTokenTyp.default('at+jwt').describe('Header `typ` of JWT access tokens; JWT for verifiers that refuse at+jwt'),
    access_token_signed_response_alg: z
      .enum(accessTokenAlgs)
      .default('ES256')
      .describe('Algorithm of its JWT access tokens; HS256 with a secret of its own'),
    access_token_claims: fixedClaims.default({}).describe('Claims in every access token of the client, as JSON'),
    access_token_claim_sources: claimSources.default({}).describe(`Claims to look up, as JSON; each is one of ${everySource}`),
    access_token_lifetime: seconds.max(maxAccessTokenLifetime).optional().describe('Seconds; absent: as the tenant sets it'),
    id_token_lifetime: seconds.max(86_400).optional().describe('Seconds; absent: as the tenant sets it'),
    refresh_token_lifetime: seconds.optional().describe('Seconds; absent: as the tenant sets it'),
    dpop_bound_access_tokens: z.boolean().default(false).describe('Tokens only with a DPoP proof, RFC 9449 §5.2'),
    default_resource: z
      .string()
      .max(2000)
      .refine(isIdentifier, 'must be an absolute URI without a fragment')
      .optional()
      .describe('Identifier of the API that its tokens are for when a request names none'),
    tls_client_certificate_bound_access_tokens: z.boolean().default(false).describe('Tokens bound to its TLS certificate, RFC 8705 §3'),
    resource_server: url.optional().describe('Identifier of the resource server it introspects tokens for'),
    policy: policySchema.prefault({}).describe('Its security policy'),
  })
  .superRefine((client, check) => {
    const problem = (path: (string | number)[], message: string) => check.addIssue({ code: 'custom', path, message })
    client.redirect_uris.forEach((uri, i) => {
      const wrong = redirectUriProblem(uri, client.application_type)
      if (wrong) problem(['redirect_uris', i], wrong)
    })
    client.post_logout_redirect_uris.forEach((uri, i) => {
      const wrong = redirectUriProblem(uri, client.application_type)
      if (wrong) problem(['post_logout_redirect_uris', i], wrong)
    })
    const front = client.frontchannel_logout_uri
    if (front !== undefined && !client.redirect_uris.some((uri) => URL.parse(uri)?.origin === URL.parse(front)?.origin))
      problem(['frontchannel_logout_uri'], 'must have the scheme, host and port of a redirect URI')
    if (client.grant_types.includes('authorization_code') && client.redirect_uris.length === 0)
      problem(['redirect_uris'], 'at least one is needed for the authorization_code grant type')
    for (const [path, message] of frontChannelProblems(client)) problem(path, message)
    if (client.grant_types.includes('client_credentials') && client.token_endpoint_auth_method === 'none')
      problem(['token_endpoint_auth_method'], 'a client that may use client_credentials must authenticate') // RFC 6749 §4.4
    if (client.grant_types.includes('urn:openid:params:grant-type:ciba') && client.token_endpoint_auth_method === 'none')
      problem(['token_endpoint_auth_method'], 'a client that makes backchannel requests must authenticate') // CIBA Core §7.1
    const delivery = client.backchannel_token_delivery_mode
    if (delivery !== 'poll' && client.backchannel_client_notification_endpoint === undefined)
      problem(['backchannel_client_notification_endpoint'], `is needed for the delivery mode ${delivery}`) // CIBA Core §4
    if (delivery === 'push' && mustBind(client))
      problem(['backchannel_token_delivery_mode'], 'cannot be push where tokens must be bound to a key: nobody proves one')
    const hasKeys = client.jwks !== undefined || client.jwks_uri !== undefined
    if (client.jwks && client.jwks_uri !== undefined) problem(['jwks_uri'], 'cannot stand beside jwks') // RFC 7591 §2
    const method = client.token_endpoint_auth_method
    if (['private_key_jwt', 'self_signed_tls_client_auth'].includes(method) && !hasKeys) problem(['jwks'], `is needed for ${method}`)
    for (const [path, message] of signingSecretProblems(client)) problem(path, message)
    const names = Object.keys(certificateNames) as (keyof typeof certificateNames)[]
    const given = names.filter((name) => client[name] !== undefined)
    if (method === 'tls_client_auth' && given.length !== 1)
      problem(['token_endpoint_auth_method'], `tls_client_auth needs exactly one of ${names.join(', ')}`) // RFC 8705 §2.1.2
    if (method !== 'tls_client_auth') for (const name of given) problem([name], 'is for tls_client_auth only; remove it')
    if (bindingMembers.every((member) => client[member]))
      problem(['tls_client_certificate_bound_access_tokens'], 'cannot be on together with dpop_bound_access_tokens')
    for (const kind of encryptedKinds) {
      const [alg, enc] = [client[`${kind}_encrypted_response_alg`], client[`${kind}_encrypted_response_enc`]]
      if (enc && !alg) problem([`${kind}_encrypted_response_alg`], `is needed beside ${kind}_encrypted_response_enc`) // Registration §2, JARM §3
      if (alg && client.jwks_uri === undefined && !encryptionKey(client.jwks?.keys ?? [], alg))
        problem(['jwks'], `must hold a valid key for ${alg}`)
    }
    if (client.require_signed_request_object && !hasKeys) problem(['jwks'], 'is needed for signed request objects')
    if (client.token_endpoint_auth_method === 'none' && client.policy.pkce === 'optional')
      problem(['policy', 'pkce'], 'must be required for a client that does not authenticate') // RFC 9700 §2.1.1
    if (client.subject_type === 'pairwise' && client.sector_identifier_uri === undefined && hostsOf(client.redirect_uris).size !== 1)
      problem(['sector_identifier_uri'], 'is needed for pairwise subjects unless all redirect URIs have one host') // OpenID Connect Core §8.1
    if (/[^\x21\x23-\x5b\x5d-\x7e ]/.test(client.scope)) problem(['scope'], 'has a character that no scope may have') // RFC 6749 §3.3
  })

function hostsOf(uris: readonly string[]): Set<string> {
  return new Set(uris.map((uri) => (URL.canParse(uri) ? new URL(uri).hostname : '')))
}

/** What is registered of a client. */
export type ClientMetadata = z.infer<typeof clientSchema>

/** A client as the rules see it: its registration, and the hashes of its valid secrets. */
export interface Client extends ClientMetadata {
  secretHashes: readonly string[]
  /** The secret its APIs share with us for HS256, sealed. */
  sealedSigningSecret?: string | undefined
  /** Tokens and codes issued to this client before this time are void. Seconds since the epoch. */
  tokensFrom: number
  /** It registered itself, and nobody has signed in to it yet. */
  quarantined?: boolean
  /** It registered itself, and is deleted when nobody uses it until then. Seconds since the epoch. */
  expiresAt?: number | undefined
  trustedUntil?: number // in seconds since the epoch: until then a trust chain vouches for it
  /** Its metadata is that of the document at its identifier, which was last read at this time. Seconds since the epoch. */
  documentReadAt?: number | undefined
}

/** A client as a request names it, before anything is proven. */
export interface NamedClient {
  clientId: string
  /** IP address of the caller. */
  address: string
  /** The code with which an unusable identifier is refused here. */
  refusal: 'invalid_request' | 'invalid_client'
  requestObject?: string | undefined // which may tell how to find it
}

/** True for anything issued to a client, or for a resource, before it was registered again or disabled. `issuedAt`: seconds since the epoch. */
export function isVoid({ tokensFrom }: { tokensFrom: number }, issuedAt: number): boolean {
  return issuedAt < tokensFrom
}

/** The scopes a client may ask for. */
export function scopesOf(client: Pick<Client, 'scope'>): readonly string[] {
  return client.scope.split(' ').filter(Boolean)
}

/** Whether both URIs name the same address: they are equal, or differ only in the port of a native client's loopback address. RFC 9700 §4.1.3, RFC 8252 §7.3. */
export function allowsRedirectUri(client: Client, uri: string): boolean {
  if (client.redirect_uris.includes(uri)) return true
  if (client.application_type !== 'native' || !isLoopback(uri) || !URL.canParse(uri)) return false
  return client.redirect_uris.some((registered) => isLoopback(registered) && withoutPort(registered) === withoutPort(uri))
}

function withoutPort(uri: string): string {
  return uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::\d{1,5})?(?=[/?]|$)/, '$1')
}
