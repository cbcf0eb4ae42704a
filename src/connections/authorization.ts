/** Asking a person at a provider, and what comes of it: the authorization code grant as a client — RFC 6749 §4.1, OpenID Connect Core §3.1. */
import * as oauth from 'oauth4webapi'
import { sha256 } from '../protocol/codec/digest.ts'
import { parseObject } from '../protocol/codec/jws.ts'
import type { Connection } from './connection.ts'
import type { ConnectionDeps } from './deps.ts'
import { type Provider, providerOf } from './provider.ts'
import { UpstreamError, upstream } from './upstream-error.ts'

/** What binds an answer to its question. None of it is stored: it is computed from `state`. */
export interface Binding {
  state: string
  nonce: string
  /** RFC 7636 §4.1. */
  verifier: string
  redirectUri: string
  scope: string
}

export interface UpstreamTokens {
  accessToken: string
  refreshToken: string | undefined
  /** Seconds since the epoch; undefined: the provider does not say. */
  expiresAt: number | undefined
  /** Seconds since the epoch; undefined: the provider does not say. */
  refreshExpiresAt: number | undefined
  /** What was granted; undefined: what was asked for. */
  scope: string | undefined
  /** Of the upstream session, where the provider names it. */
  session: string | undefined
}

/** What was learned of a person: by the ID token and the userinfo endpoint, unmapped. */
export interface UpstreamPerson {
  /** Never changes at this provider. */
  subject: string
  claims: Readonly<Record<string, unknown>>
}

/** No `user` of an answer is longer, in characters. */
const maxUser = 2000

const isOpenid = ({ settings }: Pick<Provider, 'settings'>, scope: string) =>
  settings.protocol === 'openid' && scope.split(' ').includes('openid')

/** The URL to which the browser is sent. `more`: further parameters. */
export async function authorizationUrl(
  deps: ConnectionDeps,
  connection: Connection,
  { state, nonce, verifier, redirectUri, scope }: Binding,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const provider = await providerOf(deps, connection)
  const { server, settings, client } = provider
  const url = new URL(server.authorization_endpoint as string)
  const params: Record<string, string> = {
    ...more,
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    state,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
    ...(scope === '' ? {} : { scope }),
    ...(isOpenid(provider, scope) ? { nonce } : {}),
    ...(settings.responseMode === 'query' ? {} : { response_mode: settings.responseMode }),
  }
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
  return url.href
}

/** Redeems the code of an answer. Rejects with `UpstreamError`, also when the answer is an error. */
export async function redeem(
  deps: ConnectionDeps,
  connection: Connection,
  params: URLSearchParams,
  { state, nonce, verifier, redirectUri, scope }: Binding,
): Promise<{ tokens: UpstreamTokens; person: UpstreamPerson | undefined }> {
  const provider = await providerOf(deps, connection)
  const { server, client, authenticate, options, jwksCache } = provider
  return upstream(async () => {
    const answer = responseIn(provider, params, state)
    const response = await oauth.authorizationCodeGrantRequest(server, client, authenticate, answer, redirectUri, verifier, options)
    if (!isOpenid(provider, scope)) {
      const result = await oauth.processAuthorizationCodeResponse(server, client, response)
      const tokens = tokensFrom(deps, result, undefined)
      return { tokens, person: await personByApi(provider, tokens.accessToken) }
    }
    const result = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true })
    await oauth.validateApplicationLevelSignature(server, response, { ...options, [oauth.jwksCache]: jwksCache })
    const claims = oauth.getValidatedIdTokenClaims(result) as oauth.IDToken
    checkSubject(claims.sub)
    const tokens = tokensFrom(deps, result, claims)
    const told = { ...nameIn(provider, params), ...(await userinfo(provider, tokens.accessToken, claims.sub)) }
    return { tokens, person: { subject: claims.sub, claims: { ...told, ...claims } } }
  })
}

/** What the browser brought: one code, of this provider. An error of the provider is told as such. RFC 9207 §2.4 */
function responseIn({ server, client }: Provider, params: URLSearchParams, state: string): URLSearchParams {
  try {
    const response = oauth.validateAuthResponse(server, client, params, state)
    if (response.getAll('code').length === 1) return response
  } catch (error) {
    if (!(error instanceof oauth.OperationProcessingError)) throw error
    throw new UpstreamError('response', error.message, error)
  }
  throw new UpstreamError('response', 'it has no code, or several')
}

/** As Apple tells it, by the browser and unsigned: good for a name to begin with, and for nothing else. */
function nameIn({ settings }: Provider, params: URLSearchParams): object {
  const user = params.get('user')
  const told = settings.nameInAnswer && user !== null ? parseObject(Buffer.from(user.slice(0, maxUser))) : undefined
  const { firstName, lastName } = (told?.['name'] ?? {}) as Record<string, unknown>
  const parts = [firstName, lastName].filter((part) => typeof part === 'string' && part !== '')
  return parts.length === 0 ? {} : { given_name: firstName, family_name: lastName, name: parts.join(' ') }
}

/** OpenID Connect Core §2: at most 255 ASCII characters; it becomes part of keys. */
function checkSubject(subject: string): void {
  if (!/^[\x20-\x7e]{1,255}$/.test(subject)) throw new UpstreamError('answer', 'the subject is not of 1 to 255 ASCII characters')
}

/** A provider without the endpoint tells everything in its ID token. OpenID Connect Core §5.3.2: `sub` must be that of the ID token. */
async function userinfo({ server, client, options }: Provider, accessToken: string, subject: string): Promise<object> {
  if (server.userinfo_endpoint === undefined) return {}
  const response = await oauth.userInfoRequest(server, client, accessToken, options)
  return oauth.processUserInfoResponse(server, client, subject, response)
}

/** At a provider of plain OAuth, of which each has a form of its own. Undefined: nothing tells who it was. */
async function personByApi(provider: Provider, accessToken: string): Promise<UpstreamPerson | undefined> {
  const { settings, server } = provider
  if (server.userinfo_endpoint === undefined) return undefined
  const claims = ((await jsonAt(provider, server.userinfo_endpoint, accessToken)) ?? {}) as Record<string, unknown>
  const subject = claims[settings.subject]
  if ((typeof subject !== 'string' && typeof subject !== 'number') || String(subject) === '')
    throw new UpstreamError('answer', `the provider does not tell who it was: its answer has no ${settings.subject}`)
  checkSubject(String(subject))
  return { subject: String(subject), claims: { ...claims, ...(await primaryEmail(provider, accessToken)) } }
}

/** GitHub's list of addresses. An address from elsewhere counts as not verified. */
async function primaryEmail(provider: Provider, accessToken: string): Promise<object> {
  const { emailsEndpoint } = provider.settings
  if (emailsEndpoint === undefined) return {}
  const found = await jsonAt(provider, emailsEndpoint, accessToken).catch(() => []) // without the scope for it
  const primary = Array.isArray(found) ? found.find((one) => one?.primary === true && typeof one?.email === 'string') : undefined
  return primary ? { email: primary.email, email_verified: primary.verified === true } : { email_verified: false }
}

async function jsonAt({ options }: Provider, url: string, accessToken: string): Promise<unknown> {
  const response = await oauth.protectedResourceRequest(
    accessToken,
    'GET',
    new URL(url),
    new Headers({ accept: 'application/json' }),
    null,
    options,
  )
  if (response.status !== 200)
    throw new UpstreamError(response.status >= 500 ? 'unavailable' : 'answer', `the provider answered with status ${response.status}`)
  return response.json().catch(() => {
    throw new UpstreamError('answer', 'the provider did not answer with JSON')
  })
}

/** In seconds; what lasts a hundred years has no lifetime. */
const longest = 100 * 31_536_000

function lifetime(value: unknown): number | undefined {
  const seconds = Number(value)
  return seconds > 0 && seconds < longest ? Math.floor(seconds) : undefined
}

/** `claims`: of the ID token. */
export function tokensFrom(
  { now }: Pick<ConnectionDeps, 'now'>,
  result: oauth.TokenEndpointResponse,
  claims: Readonly<Record<string, unknown>> | undefined,
): UpstreamTokens {
  const expiresIn = lifetime(result.expires_in)
  const refreshExpiresIn = lifetime(result['refresh_expires_in'] ?? result['refresh_token_expires_in']) // Keycloak; GitHub
  const session = claims?.['sid'] ?? result['session_state']
  return {
    accessToken: result.access_token,
    refreshToken: result.refresh_token,
    expiresAt: expiresIn === undefined ? undefined : now() + expiresIn,
    refreshExpiresAt: refreshExpiresIn === undefined ? undefined : now() + refreshExpiresIn,
    scope: result.scope?.replaceAll(',', ' '), // GitHub separates them by commas
    session: typeof session === 'string' && session.length <= 255 ? session : undefined,
  }
}
