/** A provider as we deal with it: its metadata, by discovery or as declared, and how this server authenticates there. */
import * as oauth from 'oauth4webapi'
import { type Connection, type ConnectionSettings, settingsOf } from './connection.ts'
import type { CachedProvider, ConnectionDeps } from './deps.ts'
import { throughGuard } from './http.ts'
import { UpstreamError, upstream } from './upstream-error.ts'

/** Metadata is read again after this many seconds. */
const metadataLifetime = 3600
/** A provider that did not give it is asked again after this many seconds. */
const pause = 30
/** How many providers are cached. */
const maxCached = 200
/** By how much the clock of a provider may differ from ours, in seconds. */
const clockTolerance = 60

export interface Provider {
  settings: ConnectionSettings
  server: oauth.AuthorizationServer
  client: oauth.Client
  authenticate: oauth.ClientAuth
  /** Options of each request. */
  options: ReturnType<typeof throughGuard>
  jwksCache: oauth.JWKSCacheInput
}

/** Rejects with `UpstreamError` when its metadata cannot be had. */
export async function providerOf(deps: ConnectionDeps, connection: Connection): Promise<Provider> {
  const settings = settingsOf(connection)
  const cached = cachedProvider(deps, connection, settings)
  const server = (await cached.metadata) as oauth.AuthorizationServer
  const client: oauth.Client = {
    client_id: connection.client_id,
    [oauth.clockSkew]: deps.clockSkew(),
    [oauth.clockTolerance]: clockTolerance,
  }
  const authenticate = await clientAuthOf(deps, connection, settings)
  return { settings, server, client, authenticate, options: throughGuard(deps.remote), jwksCache: cached.jwks as oauth.JWKSCacheInput }
}

function cachedProvider(deps: ConnectionDeps, { name }: Connection, settings: ConnectionSettings): CachedProvider {
  const { cache, now } = deps
  const key = JSON.stringify([name, settings.issuer, settings.endpoints])
  const known = cache.get(key)
  if (known && known.until > now()) return known
  const made: CachedProvider = { metadata: metadataOf(deps, settings), until: now() + metadataLifetime, jwks: {} }
  made.metadata.catch(() => {
    if (cache.get(key) === made) cache.set(key, { ...made, until: now() + pause }) // the failure is the answer until then
  })
  cache.delete(key)
  cache.set(key, made)
  if (cache.size > maxCached) cache.delete(cache.keys().next().value as string)
  return made
}

async function metadataOf(deps: ConnectionDeps, settings: ConnectionSettings): Promise<oauth.AuthorizationServer> {
  const declared = Object.fromEntries(Object.entries(settings.endpoints).filter(([, url]) => url !== undefined))
  const found = settings.protocol === 'openid' ? await discovered(deps, settings.issuer as string) : undefined
  const server = { issuer: settings.issuer ?? new URL(settings.endpoints.token_endpoint as string).origin, ...found, ...declared }
  checkEndpoints(server)
  return server
}

/** OpenID Connect Discovery §4.3: the issuer in the document must be the one that was asked. */
export function discovered({ remote }: Pick<ConnectionDeps, 'remote'>, issuer: string): Promise<oauth.AuthorizationServer> {
  return upstream(async () => {
    const url = new URL(issuer)
    const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, throughGuard(remote)))
    if (server.issuer !== issuer && server.issuer !== issuer.replace(/\/$/, ''))
      throw new UpstreamError('configuration', 'the issuer in its metadata is written otherwise than in the connection')
    return server
  })
}

/** The browser is sent to one of them and secrets to the others: a document cannot name one without TLS below an issuer with TLS. */
function checkEndpoints(server: oauth.AuthorizationServer): void {
  for (const name of ['authorization_endpoint', 'token_endpoint'] as const)
    if (typeof server[name] !== 'string') throw new UpstreamError('configuration', `its metadata has no ${name}`)
  const secure = server.issuer.startsWith('https:')
  for (const [name, value] of Object.entries(server)) {
    if (!/_endpoint$|^jwks_uri$/.test(name)) continue
    const url = URL.parse(String(value))
    if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && !secure)))
      throw new UpstreamError('configuration', `${name} in its metadata is no https URL`)
  }
}

async function clientAuthOf(deps: ConnectionDeps, connection: Connection, settings: ConnectionSettings): Promise<oauth.ClientAuth> {
  const { authMethod } = settings
  if (authMethod === 'none') return oauth.None()
  if (authMethod === 'private_key_jwt') return privateKeyJwt(deps)
  const secret = await secretOf(deps, connection)
  return authMethod === 'client_secret_post' ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret)
}

export async function secretOf(deps: ConnectionDeps, connection: Connection): Promise<string> {
  const { name, sealedSecret, preset, client_id: clientId, key_id: keyId, team_id: team } = connection
  if (sealedSecret === undefined) throw new UpstreamError('configuration', `connection ${name} has no client secret`)
  const secret = await deps.secrets.open(name, sealedSecret)
  if (preset !== 'apple') return secret
  const iat = deps.now()
  return deps.appleSecret({
    key: secret,
    keyId: keyId as string,
    claims: { iss: team, iat, exp: iat + 300, aud: 'https://appleid.apple.com', sub: clientId },
  })
}

/** OpenID Connect Core §9, by a signing key of this tenant: the provider knows them by our jwks_uri. */
function privateKeyJwt({ keys, now, id }: ConnectionDeps): oauth.ClientAuth {
  return async (server, client, body) => {
    const supported = server.token_endpoint_auth_signing_alg_values_supported
    const alg = keys.algs.find((one) => supported?.includes(one)) ?? (keys.algs.includes('RS256') ? 'RS256' : keys.algs[0]) ?? 'ES256'
    const claims = { iss: client.client_id, sub: client.client_id, aud: server.issuer, jti: id(), iat: now(), exp: now() + 60 }
    body.set('client_id', client.client_id)
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    body.set('client_assertion', await keys.sign(alg, 'client-authentication+jwt', claims))
  }
}
