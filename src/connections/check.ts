/** Trying a connection out without a person: what is right, what is wrong, and how to mend it. */
import * as oauth from 'oauth4webapi'
import { RemoteError } from '../protocol/remote-error.ts'
import { printable } from '../protocol/text.ts'
import { authorizationUrl } from './authorization.ts'
import { type Connection, settingsOf } from './connection.ts'
import { type ConnectionDeps, logoutUriOf, redirectUriOf } from './deps.ts'
import { type Provider, providerOf } from './provider.ts'
import { UpstreamError, upstream } from './upstream-error.ts'

export interface Finding {
  level: 'ok' | 'warning' | 'problem'
  /** A sentence for the operator. */
  text: string
}

const ok = (text: string): Finding => ({ level: 'ok', text })
const warning = (text: string): Finding => ({ level: 'warning', text })
const problem = (text: string): Finding => ({ level: 'problem', text })

/** By how much clocks may differ, in seconds. */
const tolerance = 30

/** Asks the provider for everything that can be asked without signing in. What is remembered of it does not count. */
export async function checkConnection(running: ConnectionDeps, connection: Connection): Promise<Finding[]> {
  const deps = { ...running, cache: new Map() }
  const settings = settingsOf(connection)
  const found = settings.protocol === 'openid' ? await discoveryFindings(deps, settings.issuer as string) : []
  if (found.some(({ level }) => level === 'problem')) return found
  try {
    const provider = await providerOf(deps, connection)
    return [
      ...found,
      ...metadataFindings(provider, connection),
      ...(await keyFindings(deps, provider)),
      await clientFinding(deps, provider, connection),
      await redirectFinding(deps, provider, connection),
      ...logoutFindings(deps, provider, connection),
    ]
  } catch (error) {
    if (error instanceof RangeError) return [...found, problem(`${error.message}: set it with "gatehouse connections set-secret"`)]
    if (!(error instanceof UpstreamError)) throw error
    return [...found, problem(`${error.message}.`)]
  }
}

/** The document, its issuer, and the clock. */
async function discoveryFindings(deps: ConnectionDeps, issuer: string): Promise<Finding[]> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  try {
    const { status, headers, body } = await deps.remote.request({ url })
    if (status !== 200) return [problem(`${url} answers with status ${status}: is the issuer right?`)]
    const said = issuerIn(body)
    if (said === undefined) return [problem(`${url} is no metadata of an OpenID provider: is the issuer right?`)]
    if (said !== issuer) return [problem(`The provider calls itself ${printable(said, 300)}: write the issuer exactly like this.`)]
    return [ok(`The metadata of ${issuer} can be read.`), ...clockFindings(deps, headers['date'])]
  } catch (error) {
    if (error instanceof RemoteError) return [problem(`${url} cannot be read: ${error.message}.`)]
    throw error
  }
}

function issuerIn(body: string): string | undefined {
  try {
    const issuer = JSON.parse(body)?.issuer
    return typeof issuer === 'string' ? issuer : undefined
  } catch {
    return undefined
  }
}

function clockFindings({ now }: ConnectionDeps, date: string | undefined): Finding[] {
  const theirs = Date.parse(String(date)) / 1000
  if (Number.isNaN(theirs)) return []
  const ahead = Math.round(now() - theirs)
  if (Math.abs(ahead) <= tolerance) return [ok('Its clock and ours agree.')]
  return [problem(`Our clock is ${Math.abs(ahead)} seconds ${ahead > 0 ? 'ahead of' : 'behind'} that of the provider: set both by NTP.`)]
}

function metadataFindings({ server, settings }: Provider, { sign_in, vault }: Connection): Finding[] {
  const wanted = [sign_in.enabled ? settings.signInScope : '', vault.enabled ? settings.vaultScope : ''].join(' ').split(' ')
  const offered = server.scopes_supported
  const missing = offered ? [...new Set(wanted)].filter((word) => word !== '' && !offered.includes(word)) : []
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'] // RFC 8414 §2
  const challenges = server.code_challenge_methods_supported
  return [
    ...missing.map((word) => problem(`The provider does not list the scope ${word}: leave it out of the connection, or allow it there.`)),
    ...(settings.protocol === 'openid' && !methods.includes(settings.authMethod)
      ? [
          problem(
            `The provider does not list ${settings.authMethod}: set token_endpoint_auth_method to one of ${methods.map((m) => printable(m, 50)).join(', ')}.`,
          ),
        ]
      : []),
    ...(challenges && !challenges.includes('S256') ? [warning('The provider does not list PKCE with S256. It is used all the same.')] : []),
    ...(server.authorization_response_iss_parameter_supported === true
      ? [ok('It names itself in its answers (RFC 9207), which is checked.')]
      : []),
    ...(vault.enabled && server.revocation_endpoint === undefined && settings.revocation === 'rfc7009'
      ? [warning('It has no revocation endpoint: a token that is removed here stays in force there.')]
      : []),
  ]
}

async function keyFindings({ remote }: ConnectionDeps, { server, settings }: Provider): Promise<Finding[]> {
  if (settings.protocol !== 'openid') return []
  if (server.jwks_uri === undefined) return [problem('Its metadata has no jwks_uri, so that its ID tokens cannot be verified.')]
  try {
    const { body } = await remote.request({ url: server.jwks_uri })
    const keys = JSON.parse(body)?.keys
    return Array.isArray(keys) && keys.length > 0 ? [] : [problem('Its key set holds no keys, so that its ID tokens cannot be verified.')]
  } catch {
    return [problem(`Its keys cannot be read at ${server.jwks_uri}.`)]
  }
}

/** Redeems a code that was never issued: a client that is let in is told about the code. */
async function clientFinding(
  deps: ConnectionDeps,
  { server, client, authenticate, options }: Provider,
  connection: Connection,
): Promise<Finding> {
  const redirectUri = redirectUriOf(deps, connection.name)
  const state = 'check'
  const error = await upstream(async () => {
    const answer = oauth.validateAuthResponse(server, client, new URLSearchParams({ code: 'no-code', state, iss: server.issuer }), state)
    const response = await oauth.authorizationCodeGrantRequest(server, client, authenticate, answer, redirectUri, 'x'.repeat(43), options)
    await oauth.processAuthorizationCodeResponse(server, client, response)
    return undefined
  }).catch((cause: unknown) => {
    if (cause instanceof UpstreamError) return cause
    throw cause
  })
  if (error?.failure === 'configuration')
    return problem(
      `The provider refuses client ${client.client_id} (${error.message}): check client_id, the client secret and token_endpoint_auth_method.`,
    )
  if (error?.failure === 'unavailable') return problem(`The token endpoint cannot be used: ${error.message}.`)
  if (error?.failure === 'answer') return warning(`The token endpoint does not say whether it knows the client: ${error.message}.`)
  return ok(`The provider knows client ${client.client_id} and its secret.`)
}

/** Only a provider that announces it sends logout tokens. OpenID Connect Back-Channel Logout 1.0 §2.1 */
function logoutFindings(deps: ConnectionDeps, { server }: Provider, { name, sign_in }: Connection): Finding[] {
  if (!sign_in.enabled || server['backchannel_logout_supported'] !== true) return []
  return [ok(`It can end sessions here: register ${logoutUriOf(deps, name)} as the back-channel logout URI there.`)]
}

/** Begins a sign-in as a browser would. A provider refuses an unknown redirect URI with a page, and all else by sending the browser back. */
async function redirectFinding(deps: ConnectionDeps, provider: Provider, connection: Connection): Promise<Finding> {
  const redirectUri = redirectUriOf(deps, connection.name)
  const register = `register ${redirectUri} as a redirect URI there`
  const scope = connection.sign_in.enabled ? provider.settings.signInScope : provider.settings.vaultScope
  const binding = { state: 'check', nonce: 'check', verifier: 'x'.repeat(43), redirectUri, scope }
  const url = await authorizationUrl(deps, connection, binding)
  const { status, headers } = await upstream(() => deps.remote.request({ url, headers: { accept: 'text/html' } }))
  const back = URL.parse(String(headers['location']))
  const error = back?.href.startsWith(redirectUri) ? back.searchParams.get('error') : undefined
  if (status >= 400) return problem(`The authorization endpoint refuses the request with status ${status}: ${register}.`)
  if (error)
    return problem(
      `The authorization endpoint answers ${printable(error, 60)}: check the scopes (${scope}) and what the client may do there.`,
    )
  return ok(`The authorization endpoint takes the request. If it shows an error to people, ${register}.`)
}
