/** Accepting an access token, or what stands for one: at our own protected endpoints (RFC 6750 §2) and wherever one is shown to us. */
import { OAuthError, refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Request } from './request-reply.ts'
import type { AccessToken, Credential } from './types.ts'

/** What a request bears. Refuses when that is nothing, or nothing that is good here. `audiences`: one of which it must be for. */
export async function bearer(ctx: Ctx, request: Request, audiences: readonly string[] = [ctx.issuer]): Promise<Credential> {
  const token = await shown(ctx, request).catch(misplaced)
  if (!token?.audience.some((name) => audiences.includes(name)))
    refuse('invalid_token', 'the access token is unknown, expired, revoked or not for this server')
  if (token.cnf) refuse('invalid_token', 'the access token is bound to a key; prove possession of it')
  return token
}

/** Whoever sends a token in a wrong way is told the scheme, too. RFC 6750 §3.1 */
function misplaced(error: unknown): never {
  const wrong = error instanceof OAuthError && error.code === 'invalid_request'
  throw wrong ? new OAuthError(error.code, error.description, 'misplaced token') : error
}

/** What lies behind the one thing that the request shows; it must not show two. */
async function shown(ctx: Ctx, request: Request): Promise<Credential | undefined> {
  const text = tokenOf(request)
  const others = [...ctx.server.credentials.values()].filter(({ header }) => request.headers[header] !== undefined)
  if (others.length + (text === undefined ? 0 : 1) > 1) refuse('invalid_request', 'the request was authorized in more than one way')
  if (text !== undefined) return findAccessToken(ctx, text)
  const kind = others[0] ?? refuse('invalid_token', 'an access token is needed', 'no token')
  const header = request.headers[kind.header]
  return typeof header === 'string' ? kind.find(ctx, header) : undefined
}

/** In the header or the form body, not in both, never in the URL. RFC 6750 §2, RFC 9700 §4.3.2. */
function tokenOf({ headers, params, method }: Request): string | undefined {
  const header = headers['authorization']
  const inHeader = /^bearer +(\S+) *$/i.exec(typeof header === 'string' ? header : '')?.[1]
  const inParams = params.get('access_token')
  if (inParams !== undefined && method !== 'POST')
    refuse('invalid_request', 'send the access token in the Authorization header, not in the URL')
  if (inParams !== undefined && inHeader !== undefined) refuse('invalid_request', 'the access token was sent in more than one way')
  return inHeader ?? inParams
}

/** What lies behind anything that is accepted as an access token, and is in force. */
export async function findCredential(ctx: Ctx, text: string): Promise<Credential | undefined> {
  for (const kind of ctx.server.credentials.values()) {
    const found = await kind.find(ctx, text)
    if (found) return found
  }
  return findAccessToken(ctx, text)
}

/** What lies behind an access token of this tenant that is in force; undefined otherwise. */
export async function findAccessToken(ctx: Ctx, text: string): Promise<AccessToken | undefined> {
  const hash = ctx.tokens.hash('at', text)
  const token = hash === undefined ? await unrevoked(ctx, await verified(ctx, text)) : await ctx.store.accessTokens.find(hash)
  return token && token.expiresAt > ctx.now() ? token : undefined
}

/** The claims of a token signed by the tenant, or with the secret that the named client's APIs share with us. */
async function verified(ctx: Ctx, text: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const signer = ctx.sharedKeys.signerOf(text)
  if (signer === undefined) return ctx.keys.verify(['at+jwt'], text, ctx.now())
  const client = await ctx.store.clients.find(signer)
  if (client?.access_token_signed_response_alg !== 'HS256') return undefined
  return ctx.sharedKeys.verify(client, ['at+jwt'], text, ctx.now())
}

/** What a signed token says, unless it was taken back; of an opaque one the store itself knows. */
async function unrevoked(ctx: Ctx, claims: Readonly<Record<string, unknown>> | undefined): Promise<AccessToken | undefined> {
  const token = fromClaims(claims)
  return token && (await ctx.store.revocations.any(idsOf(token))) ? undefined : token
}

/** The ids by which it can be taken back. */
function idsOf({ jti, grantId, family }: AccessToken): string[] {
  return [jti, grantId, family].filter((id) => id !== undefined)
}

function fromClaims(claims: Readonly<Record<string, unknown>> | undefined): AccessToken | undefined {
  if (!claims) return undefined
  const { iss: _iss, sub, aud, client_id, scope, iat, exp, jti, auth_time, acr, amr, sid, gid, fid, cnf, ...extra } = claims
  return {
    jti: jti as string,
    clientId: client_id as string,
    subject: sub as string,
    audience: typeof aud === 'string' ? [aud] : (aud as string[]),
    scope: typeof scope === 'string' ? scope.split(' ') : [],
    issuedAt: iat as number,
    expiresAt: exp as number,
    grantId: gid as string | undefined,
    family: fid as string | undefined,
    cnf: cnf as AccessToken['cnf'],
    authTime: auth_time as number | undefined,
    acr: acr as string | undefined,
    amr: amr as string[] | undefined,
    sid: sid as string | undefined,
    extra,
  }
}
