/** A client of a Keycloak realm as one of ours, and what of it cannot come. */
import { z } from 'zod'
import type { SigningAlg } from '../protocol/algs.ts'
import { clientSigningAlgs } from '../protocol/codec/public-key.ts'
import type { Server } from '../protocol/feature.ts'
import { readClient } from '../protocol/register.ts'
import { claimsByMappers } from './keycloak-mappers.ts'
import { mappers, type Realm } from './keycloak-realm.ts'

const text = z.string().nullish()
const flag = z.boolean().nullish()
const texts = z.array(z.string()).nullish()

const schema = z.object({
  ...{ clientId: z.string(), name: text, enabled: flag, protocol: text, rootUrl: text, baseUrl: text, secret: text },
  ...{ redirectUris: texts, webOrigins: texts, publicClient: flag, bearerOnly: flag, consentRequired: flag },
  ...{ standardFlowEnabled: flag, implicitFlowEnabled: flag, directAccessGrantsEnabled: flag, serviceAccountsEnabled: flag },
  ...{ authorizationServicesEnabled: flag, clientAuthenticatorType: text, frontchannelLogout: flag },
  attributes: z.record(z.string(), z.string().nullable()).nullish(),
  ...{ protocolMappers: mappers, defaultClientScopes: texts, optionalClientScopes: texts },
})
type KeycloakClient = z.output<typeof schema>
type Entry = Record<string, unknown>

/** `entry`: as a file would declare it. `leftOut`: why it does not come. */
export type ReadClient = { id: string; notes: string[] } & ({ entry: Entry } | { leftOut: string })

/** What Keycloak's own client scopes carry is here in the scope of the same name, or in every token. */
const scopesHere = ['profile', 'email', 'address', 'phone', 'offline_access']
const scopesOfKeycloak = new Set([
  ...scopesHere,
  ...[
    'openid',
    'roles',
    'web-origins',
    'acr',
    'basic',
    'microprofile-jwt',
    'organization',
    'service_account',
    'role_list',
    'saml_organization',
  ],
])
/** As Keycloak stores a secret that an export hides. */
const masked = /^\*+$/

export function clientOf(value: unknown, realm: Realm, offered: { server: Server; algs: readonly SigningAlg[] }): ReadClient {
  const client = schema.safeParse(value).data
  if (!client)
    return { id: String((value as { clientId?: unknown } | null)?.clientId), notes: [], leftOut: 'it is not as Keycloak exports it' }
  const { clientId: id } = client
  if (client.protocol && client.protocol !== 'openid-connect') return { id, notes: [], leftOut: `it speaks ${client.protocol}` }
  if (client.bearerOnly) return { id, notes: [], leftOut: 'it is bearer-only, an API: declare it with "gatehouse resources create"' }
  if (client.enabled === false) return { id, notes: [], leftOut: 'it is disabled' }
  const notes: string[] = []
  const entry = { ...membersOf(client, notes), ...authenticationOf(client, notes), ...scopeOf(client, realm, notes) }
  return fitted(id, entry, notes, offered)
}

/** Takes away what the rules for clients refuse, until they accept it. */
function fitted(id: string, given: Entry, notes: string[], { server, algs }: { server: Server; algs: readonly SigningAlg[] }): ReadClient {
  const { client_secret: _, ...members } = given
  let entry: Entry = members
  for (let rounds = 0; rounds < 20; rounds++) {
    try {
      readClient(server, algs, entry, () => id)
      return { id, notes, entry: { ...entry, ...(given['client_secret'] ? { client_secret: given['client_secret'] } : {}) } }
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      const [{ path, message }] = error.issues as [z.core.$ZodIssue]
      const smaller = without(entry, path)
      if (!smaller) return { id, notes, leftOut: `${path.join('.') || 'it'} ${message}` }
      notes.push(`${[path[0], typeof path[1] === 'number' ? valueAt(entry, path) : ''].filter(Boolean).join(' ')} ${message}`)
      entry = smaller
    }
  }
  return { id, notes, leftOut: 'too much of it does not fit' }
}

function valueAt(entry: Entry, [member, index]: readonly PropertyKey[]): string {
  const value = (entry[member as string] as unknown[])[index as number]
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Without the member, or the entry of a list, that is refused. Undefined when nothing would be left to take away. */
function without(entry: Entry, [member, index]: readonly PropertyKey[]): Entry | undefined {
  if (typeof member !== 'string' || member === 'client_id' || !(member in entry)) return undefined
  const { [member]: value, ...rest } = entry
  if (!Array.isArray(value)) return rest
  const left = value.filter((one, i) => (typeof index === 'number' ? i !== index : one !== undefined))
  return typeof index === 'number' && left.length > 0 ? { ...rest, [member]: left } : typeof index === 'number' ? rest : undefined
}

function membersOf(client: KeycloakClient, notes: string[]): Entry {
  const { clientId, name, rootUrl, baseUrl, attributes } = client
  const attribute = (name: string) => attributes?.[name] || undefined
  const absolute = (uri: string) => (uri.startsWith('/') ? `${(rootUrl ?? '').replace(/\/$/, '')}${uri}` : uri)
  const redirects = (client.redirectUris ?? []).map(absolute)
  const after = attribute('post.logout.redirect.uris')
  const afterLogout = after === '+' || after === undefined ? redirects : after === '-' ? [] : after.split('##').map(absolute)
  const isNative = client.publicClient === true && redirects.some((uri) => !/^https?:/.test(uri))
  const home = [baseUrl ? absolute(baseUrl) : undefined, rootUrl].find((uri) => uri && /^https?:/.test(uri))
  const lifetime = Number(attribute('access.token.lifespan') ?? 0)
  return {
    client_id: clientId,
    ...(name && !name.startsWith('${') ? { client_name: name } : {}),
    ...(home ? { client_uri: home } : {}),
    ...uris({ logo_uri: attribute('logoUri'), policy_uri: attribute('policyUri'), tos_uri: attribute('tosUri') }),
    ...(isNative ? { application_type: 'native' } : {}),
    ...flowsOf(client, redirects, notes),
    ...(afterLogout.length > 0 ? { post_logout_redirect_uris: afterLogout } : {}),
    ...originsOf(client, redirects, notes),
    ...uris({ backchannel_logout_uri: attribute('backchannel.logout.url') }),
    ...(client.frontchannelLogout ? uris({ frontchannel_logout_uri: attribute('frontchannel.logout.url') }) : {}),
    ...(Number.isInteger(lifetime) && lifetime > 0 ? { access_token_lifetime: lifetime } : {}),
    ...tokensOf(attribute),
  }
}

/** As Keycloak makes them: the claims of the scopes in the ID token, and access tokens of the type JWT. */
function tokensOf(attribute: (name: string) => string | undefined): Entry {
  const on = (name: string) => attribute(name) === 'true'
  return {
    id_token_scope_claims: true,
    access_token_typ: 'JWT',
    access_token_signed_response_alg: attribute('access.token.signed.response.alg') ?? 'RS256',
    ...uris({
      id_token_signed_response_alg: attribute('id.token.signed.response.alg'),
      userinfo_signed_response_alg: attribute('user.info.response.signature.alg'),
    }),
    ...(on('dpop.bound.access.tokens') ? { dpop_bound_access_tokens: true } : {}),
    ...(on('tls.client.certificate.bound.access.tokens') ? { tls_client_certificate_bound_access_tokens: true } : {}),
    ...(on('require.pushed.authorization.requests') ? { policy: { pushed_requests: 'required' } } : {}),
  }
}

function uris(members: Record<string, string | undefined>): Entry {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value))
}

function flowsOf(client: KeycloakClient, redirects: readonly string[], notes: string[]): Entry {
  const on = (name: string) => client.attributes?.[name] === 'true'
  const isCode = client.standardFlowEnabled !== false && redirects.length > 0
  if (client.implicitFlowEnabled) notes.push('the implicit flow: let the application use the code flow with PKCE')
  if (client.authorizationServicesEnabled) notes.push('authorization services: its resources, policies and permissions')
  if (on('oidc.ciba.grant.enabled')) notes.push('the CIBA grant')
  if (on('standard.token.exchange.enabled')) notes.push('token exchange: see --policy-token-exchange')
  const grants = [
    ...(isCode ? ['authorization_code'] : []),
    ...(isCode && client.attributes?.['use.refresh.tokens'] !== 'false' ? ['refresh_token'] : []),
    ...(client.serviceAccountsEnabled ? ['client_credentials'] : []),
    ...(client.directAccessGrantsEnabled ? ['password'] : []),
    ...(on('oauth2.device.authorization.grant.enabled') ? ['urn:ietf:params:oauth:grant-type:device_code'] : []),
  ]
  return { grant_types: grants, ...(isCode ? { redirect_uris: redirects } : {}) }
}

function originsOf({ webOrigins }: KeycloakClient, redirects: readonly string[], notes: string[]): Entry {
  if (webOrigins?.includes('*')) notes.push('the web origin *: register each with --web-origins')
  const known = new Set(redirects.map((uri) => URL.parse(uri)?.origin))
  const others = (webOrigins ?? []).filter((origin) => origin && !['*', '+', '-'].includes(origin) && !known.has(origin))
  return others.length > 0 ? { web_origins: others } : {}
}

function authenticationOf(client: KeycloakClient, notes: string[]): Entry {
  const attribute = (name: string) => client.attributes?.[name] || undefined
  if (client.publicClient) return { token_endpoint_auth_method: 'none' }
  switch (client.clientAuthenticatorType ?? 'client-secret') {
    case 'client-jwt': {
      const alg = clientSigningAlgs.find((one) => one === attribute('token.endpoint.auth.signing.alg'))
      const keys = attribute('use.jwks.url') === 'true' ? { jwks_uri: attribute('jwks.url') } : { jwks: jwksOf(attribute('jwks.string')) }
      return { token_endpoint_auth_method: 'private_key_jwt', ...keys, ...(alg ? { token_endpoint_auth_signing_alg: alg } : {}) }
    }
    case 'client-x509':
      return { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: attribute('x509.subjectdn') }
    case 'client-secret':
      return { client_secret: secretOf(client, notes) }
    default:
      notes.push(`it authenticates by ${client.clientAuthenticatorType}: here it gets a new secret`)
      return { client_secret: 'generate' }
  }
}

function jwksOf(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '')
  } catch {
    return undefined
  }
}

function secretOf({ secret }: KeycloakClient, notes: string[]): string {
  if (secret && !masked.test(secret) && secret.length >= 22) return secret
  notes.push(
    !secret || masked.test(secret)
      ? 'its secret is not in the export: it gets a new one; "kc.sh export" writes secrets'
      : 'its secret is shorter than 22 characters: it gets a new one',
  )
  return 'generate'
}

function scopeOf(client: KeycloakClient, realm: Realm, notes: string[]): Entry {
  const [always, asked] = [client.defaultClientScopes ?? [], client.optionalClientScopes ?? []]
  const known = [...always, ...asked]
  const own = known.filter((name) => !scopesOfKeycloak.has(name))
  const isForPeople = client.standardFlowEnabled !== false || client.directAccessGrantsEnabled === true
  const scope = isForPeople ? ['openid', ...scopesHere.filter((name) => known.includes(name)), ...own] : own
  const scopes = (names: readonly string[]) => (realm.clientScopes ?? []).filter(({ name }) => names.includes(name) && own.includes(name))
  for (const { name, protocolMappers } of scopes(asked))
    for (const mapper of protocolMappers ?? []) notes.push(`the claim of mapper ${mapper.name} in the optional scope ${name}`)
  const claims = claimsByMappers([
    ...(client.protocolMappers ?? []),
    ...scopes(always).flatMap(({ protocolMappers }) => protocolMappers ?? []),
  ])
  notes.push(...claims.notes)
  return { scope: [...new Set(scope)].join(' '), ...claims.members }
}
