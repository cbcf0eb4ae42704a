/** The tokens of a provider after they were issued: refreshing, giving back, looking into — RFC 6749 §6, RFC 7009, RFC 7662. */
import * as oauth from 'oauth4webapi'
import { parseJws, parseObject } from '../protocol/codec/jws.ts'
import { tokensFrom, type UpstreamTokens } from './authorization.ts'
import type { Connection } from './connection.ts'
import type { ConnectionDeps } from './deps.ts'
import { providerOf, secretOf } from './provider.ts'
import { UpstreamError, upstream } from './upstream-error.ts'

const maxIdToken = 65_536

/**
 * `subject`: whose token it is; an ID token for somebody else is refused. Nothing else of an ID token is looked at here, so that a rotated
 * refresh token is not lost over it. OpenID Connect Core §12.2
 */
export async function refresh(
  deps: ConnectionDeps,
  connection: Connection,
  ask: { refreshToken: string; subject: string | undefined },
): Promise<UpstreamTokens> {
  const { server, client, authenticate, options } = await providerOf(deps, connection)
  return upstream(async () => {
    const response = await oauth.refreshTokenGrantRequest(server, client, authenticate, ask.refreshToken, options)
    const { bare, subject } = await withoutIdToken(response)
    if (subject !== undefined && ask.subject !== undefined && subject !== ask.subject)
      throw new UpstreamError('consent', 'the provider answered with the tokens of somebody else')
    return tokensFrom(deps, await oauth.processRefreshTokenResponse(server, client, bare), undefined)
  })
}

async function withoutIdToken(response: Response): Promise<{ bare: Response; subject: string | undefined }> {
  const { status, headers } = response
  const body = parseObject(Buffer.from(await response.clone().text()))
  const idToken = body?.['id_token']
  if (!body || typeof idToken !== 'string') return { bare: response, subject: undefined }
  const { id_token: _, ...rest } = body
  const jws = parseJws(idToken, maxIdToken)
  const subject = jws && parseObject(jws.payload)?.['sub']
  return {
    bare: new Response(JSON.stringify(rest), { status, headers }),
    subject: typeof subject === 'string' ? subject : undefined,
  }
}

/** False when the provider has no way to do it. A refresh token takes the access tokens with it. */
export async function revoke(deps: ConnectionDeps, connection: Connection, token: string): Promise<boolean> {
  const { server, client, authenticate, options, settings } = await providerOf(deps, connection)
  return upstream(async () => {
    if (settings.revocation === 'github') return revokeAtGithub(deps, connection, token)
    if (server.revocation_endpoint === undefined) return false
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authenticate, token, options))
    return true
  })
}

/** docs.github.com/rest/apps/oauth-applications, "Delete an app token". */
async function revokeAtGithub(deps: ConnectionDeps, connection: Connection, token: string): Promise<boolean> {
  const id = connection.client_id
  const secret = await secretOf(deps, connection)
  const { status } = await deps.remote.request({
    url: `https://api.github.com/applications/${encodeURIComponent(id)}/token`,
    method: 'DELETE',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      accept: 'application/vnd.github+json',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ access_token: token }),
  })
  if (status !== 204 && status !== 404 && status !== 422)
    throw new UpstreamError('unavailable', `the provider answered with status ${status}`)
  return true
}

/** What the provider says of a token that is in force there; undefined: it is not. */
export async function introspect(
  deps: ConnectionDeps,
  connection: Connection,
  token: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { server, client, authenticate, options } = await providerOf(deps, connection)
  return upstream(async () => {
    const response = await oauth.introspectionRequest(server, client, authenticate, token, options)
    const found = await oauth.processIntrospectionResponse(server, client, response)
    return found.active ? found : undefined
  })
}
