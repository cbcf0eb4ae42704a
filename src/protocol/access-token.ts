/** Accepts access tokens, and credentials used in place of one, wherever a request presents them — RFC 6750 §2. */
import { outlivesSession } from './after-session.ts'
import { mayUse } from './assignment.ts'
import { type Client, isVoid } from './client.ts'
import { isJsonObject } from './codec/json.ts'
import { OAuthError, refuse } from './errors.ts'
import type { Ctx, ShownToken } from './feature.ts'
import type { Request } from './request-reply.ts'
import { accessTokenTyp } from './resource.ts'
import { sectorOf } from './subject.ts'
import type { AccessToken, Credential } from './types.ts'

/** The credential of a request. Refuses a request without a valid one. `audiences`: the credential must be for one of these. */
export async function bearer(ctx: Ctx, request: Request, audiences: readonly string[] = [ctx.issuer]): Promise<Credential> {
  const shown = await shownBy(ctx, request).catch(misplaced)
  if (!shown?.token.audience.some((name) => audiences.includes(name)))
    refuse('invalid_token', 'the access token is unknown, expired, revoked or not for this server')
  await proveHolder(ctx, request, shown)
  return shown.token
}

/** A token bound to keys needs a proof of possession of each, and a scheme is valid only for the tokens it is made for. */
async function proveHolder(ctx: Ctx, request: Request, shown: ShownToken): Promise<void> {
  const proven: string[] = []
  for (const feature of ctx.server.having('proveHolder')) proven.push(...(await feature.proveHolder(ctx, request, shown)))
  if (!Object.keys(shown.token.cnf ?? {}).every((member) => proven.includes(member)))
    refuse('invalid_token', 'the access token is bound to a key; prove possession of it')
}

/** A request that sends a token in the wrong way also gets the challenge. RFC 6750 §3.1 */
function misplaced(error: unknown): never {
  const wrong = error instanceof OAuthError && error.code === 'invalid_request'
  throw wrong ? new OAuthError(error.code, error.description, 'misplaced token') : error
}

/** The token behind the request's only credential. Refuses a request with two. */
async function shownBy(ctx: Ctx, request: Request): Promise<ShownToken | undefined> {
  const sent = tokenOf(ctx, request)
  const others = [...ctx.server.credentials.values()].filter(({ header }) => request.headers[header] !== undefined)
  if (others.length + (sent === undefined ? 0 : 1) > 1) refuse('invalid_request', 'the request has more than one credential; send one')
  if (sent !== undefined) return shownAs(sent, await findAccessToken(ctx, sent.text))
  const kind = others[0] ?? refuse('invalid_token', 'an access token is needed', 'no token')
  const header = request.headers[kind.header]
  return typeof header === 'string' ? shownAs({ text: header, scheme: kind.header }, await kind.find(ctx, header)) : undefined
}

function shownAs(sent: { text: string; scheme: string }, token: Credential | undefined): ShownToken | undefined {
  return token && { ...sent, token }
}

/** In the header or the form body, not in both, never in the URL. RFC 6750 §2, RFC 9700 §4.3.2. */
function tokenOf({ server }: Ctx, { headers, params, method }: Request): { text: string; scheme: string } | undefined {
  const header = headers['authorization']
  const [, scheme = '', inHeader] = /^([a-z]+) +(\S+) *$/i.exec(typeof header === 'string' ? header : '') ?? []
  const known = server.tokenSchemes.includes(scheme.toLowerCase()) ? inHeader : undefined
  const inParams = params.get('access_token')
  if (inParams !== undefined && method !== 'POST')
    refuse('invalid_request', 'send the access token in the Authorization header, not in the URL')
  if (inParams !== undefined && known !== undefined) refuse('invalid_request', 'the access token was sent in more than one way')
  if (known !== undefined) return { text: known, scheme: scheme.toLowerCase() }
  return inParams === undefined ? undefined : { text: inParams, scheme: 'bearer' }
}

/** The token behind anything that is accepted as an access token; undefined when it is not in force. */
export async function findCredential(ctx: Ctx, text: string): Promise<Credential | undefined> {
  for (const kind of ctx.server.credentials.values()) {
    const found = await kind.find(ctx, text)
    if (found) return found
  }
  return findAccessToken(ctx, text)
}

/** The access token of this tenant with this text; undefined when it is not in force. */
export async function findAccessToken(ctx: Ctx, text: string): Promise<AccessToken | undefined> {
  const claims = ctx.tokens.openAccessToken(text) ?? (await verified(ctx, text))
  const token = claims && fromClaims(claims)
  const known = token && token.expiresAt > ctx.now() ? await withoutVoid(ctx, token) : undefined
  const held = known && (await ofHolder(ctx, known))
  return held && (await isAllowed(ctx, held)) ? held.token : undefined
}

/** A token that was exchanged ends with each client that it went through: the one that it was first issued to, and those that act. RFC 8693 §4.1 */
async function isAllowed(ctx: Ctx, { client, token, first }: Held): Promise<boolean> {
  const { grantId, subject, issuedAt, sid } = token
  for (const id of clientsOf({ client, token, first })) {
    const one = id === client.client_id ? client : id === undefined ? undefined : await ctx.store.clients.find(id)
    if (!one || isVoid(one, issuedAt)) return false
    if (grantId === undefined) continue
    if ((one === client || id === first) && !(await mayUse(ctx, one, subject))) return false
    if (!(await outlivesSession(ctx, one, sid))) return false
  }
  return true
}

/** The ids of those that it went through; that of the first is unknown where its grant is. */
function clientsOf({ client, token: { extra }, first }: Held): Set<string | undefined> {
  const { client_id: own, policy } = client
  const isExchanged = extra['act'] !== undefined || policy.token_exchange !== 'none' || (first !== undefined && first !== own)
  return new Set([own, ...(isExchanged ? [first, ...actorsIn(extra['act'])] : [])])
}

/** The clients of an `act` claim that this server made. */
function actorsIn(act: unknown): string[] {
  return isJsonObject(act) ? [String(act['sub']), ...actorsIn(act['act'])] : []
}

interface Known {
  client: Client
  token: AccessToken
}

interface Held extends Known {
  /** The client that it was first issued to: that of its grant, or the one that it is about. */
  first: string | undefined
}

/** Undefined when the token was revoked. A token tells a pairwise subject; whose it is, its grant knows. OpenID Connect Core §8.1 */
async function ofHolder(ctx: Ctx, { client, token }: Known): Promise<Held | undefined> {
  const holder = await ctx.store.accessTokens.holder(idsOf(token), token.grantId, token.issuedAt)
  if (!holder || token.grantId === undefined) return holder && { client, token, first: token.subject }
  const subject = sectorOf(client) === undefined ? token.subject : holder.subject
  if (subject === undefined) return undefined
  return { client, first: holder.clientId, token: { ...token, subject, ...(holder.person && { person: holder.person }) } }
}

/** The client must still be registered, and the token issued since it was last registered or disabled. The same goes for each resource it is for. */
async function withoutVoid(ctx: Ctx, token: AccessToken): Promise<Known | undefined> {
  const client = await ctx.store.clients.find(token.clientId)
  if (!client || isVoid(client, token.issuedAt)) return undefined
  const audience = await presentAudience(ctx, token)
  return audience.length > 0 ? { client, token: { ...token, audience } } : undefined
}

/** This server, and of the resources those that have not been removed or registered anew since. `issuedAt`: seconds since the epoch. */
export async function presentAudience(ctx: Ctx, issued: Pick<Credential, 'audience' | 'issuedAt'>): Promise<readonly string[]> {
  const audience: string[] = []
  for (const identifier of issued.audience) if (await isAudience(ctx, identifier, issued.issuedAt)) audience.push(identifier)
  return audience
}

async function isAudience(ctx: Ctx, identifier: string, issuedAt: number): Promise<boolean> {
  if (identifier === ctx.issuer || identifier === ctx.firstPartyAudience) return true
  const resource = await ctx.store.resources.find(identifier)
  return resource !== undefined && !isVoid(resource, issuedAt)
}

/** A client or API may have asked for `JWT`, the type of ID tokens too; these have neither `client_id` nor `jti`, which `fromClaims` needs. */
const types = accessTokenTyp.options

/** The claims of a token signed by the tenant, or with the secret that the named client's APIs share with us. */
async function verified(ctx: Ctx, text: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const signer = ctx.sharedKeys.signerOf(text)
  if (signer === undefined) return ctx.keys.verify(types, text, ctx.now())
  const client = await ctx.store.clients.find(signer)
  if (client?.access_token_signed_response_alg !== 'HS256') return undefined
  return ctx.sharedKeys.verify(client, types, text, ctx.now())
}

/** The ids by which it can be revoked. That of its session: a new password ends what was issued in sessions before it. */
function idsOf({ jti, grantId, family, sid }: AccessToken): string[] {
  return [jti, grantId, family, sid].filter((id) => id !== undefined)
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
const texts = (value: unknown) => (Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined)

/** Undefined when a claim that every access token has is missing or has the wrong type. RFC 9068 §2.2, §4 */
function fromClaims(claims: Readonly<Record<string, unknown>>): AccessToken | undefined {
  const { iss: _iss, sub, aud, client_id, scope, iat, exp, jti, auth_time, acr, amr, sid, gid, fid, cnf, ...extra } = claims
  const [id, clientId, subject, issuedAt, expiresAt] = [text(jti), text(client_id), text(sub), number(iat), number(exp)]
  const audience = text(aud) === undefined ? texts(aud) : [text(aud) as string]
  if (id === undefined || clientId === undefined || subject === undefined || issuedAt === undefined || expiresAt === undefined)
    return undefined
  if (audience === undefined || ![scope, acr, sid, gid, fid].every((claim) => claim === undefined || typeof claim === 'string'))
    return undefined
  return {
    jti: id,
    clientId,
    subject,
    audience,
    scope: text(scope)?.split(' ') ?? [],
    issuedAt,
    expiresAt,
    grantId: text(gid),
    family: text(fid),
    cnf: cnf as AccessToken['cnf'],
    authTime: number(auth_time),
    acr: text(acr),
    amr: texts(amr),
    sid: text(sid),
    extra,
  }
}
