/** The only place tokens are made — RFC 6749 §5.1, access tokens after RFC 9068. */
import { outlivesSession } from './after-session.ts'
import { mayUse } from './assignment.ts'
import { type Client, scopesOf } from './client.ts'
import { mustBind } from './client-binding.ts'
import type { DeviceSecret } from './device-secret.ts'
import { refuse } from './errors.ts'
import type { Ctx, ResponseType } from './feature.ts'
import { idToken } from './id-token.ts'
import { Params } from './params.ts'
import type { Reply } from './request-reply.ts'
import { noteUse, refuseQuarantined } from './self-registered.ts'
import { subjectFor } from './subject.ts'
import { resolveTarget } from './target.ts'
import { transportable } from './token-size.ts'
import type { AccessToken, Binding, Issuance, RefreshToken, Target } from './types.ts'

/** What the token request says besides its grant. */
export interface IssueRequest {
  params: Params
  binding: Binding | undefined
  /** Thumbprint of the key of the client's instance. */
  instance?: string | undefined
}

/**
 * Makes every token response, for every grant and endpoint. Checks that the account is active, reduces the scope to what the client is
 * registered for now, resolves the target, then signs and records the tokens. `alreadySpent` may return another issuance.
 */
export async function issueTokens(ctx: Ctx, issuance: Issuance, request: IssueRequest): Promise<Reply> {
  const narrowed = await issuable(ctx, issuance, request.params)
  const target = within(ctx, narrowed, await resolveTarget(ctx, request.params, narrowed))
  return record(ctx, narrowed, limited(ctx, narrowed, target, request.binding), request)
}

/** The tokens of an authorization response, after the same checks. OpenID Connect Core §3.2.2.5, §3.3.2.5 */
export async function tokensOfResponse(
  ctx: Ctx,
  issuance: Issuance,
  { idToken: withIdToken, accessToken: withAccessToken }: Pick<ResponseType, 'idToken' | 'accessToken'>,
): Promise<Record<string, string>> {
  const params = new Params([])
  const narrowed = await issuable(ctx, issuance, params)
  const target = withAccessToken && limited(ctx, narrowed, await resolveTarget(ctx, params, narrowed), undefined)
  if (target && mustBind(issuance.client)) refuse('invalid_request', 'this client must prove possession of a key')
  const made = target && (await madeAccessToken(ctx, narrowed, target, undefined))
  const answer = {
    ...(made && target ? { access_token: made.text, token_type: 'Bearer', expires_in: String(target.lifetime) } : {}),
    scope: target?.scope.join(' ') || undefined,
    id_token: withIdToken && (await idToken(ctx, narrowed, { accessToken: made?.text })),
  }
  const present = Object.entries(answer).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(present)
}

/** What may be issued now of what was allowed. */
async function issuable(ctx: Ctx, issuance: Issuance, params: Params): Promise<Issuance> {
  const { subject, authorization, frontChannel } = issuance
  if (authorization && !(await ctx.people.claims(subject)))
    refuse(frontChannel ? 'access_denied' : 'invalid_grant', 'the account is no longer active')
  if (authorization && !(await mayUse(ctx, issuance.client, subject)))
    refuse(frontChannel ? 'access_denied' : 'invalid_grant', 'this person is not assigned to the client')
  if (authorization && !(await outlivesSession(ctx, issuance.client, authorization.authentication.sid)))
    refuse('invalid_grant', 'the session in which the person signed in has ended')
  if (!authorization) refuseQuarantined(issuance.client)
  const less = ctx.server.having('narrow').map((feature) => feature.narrow(ctx, { params, issuance }))
  return { ...issuance, scope: registeredScope(issuance), narrowed: Object.assign({}, ...less) }
}

/** A token that is issued for another one is for nothing else, and lives no longer. RFC 8693 §5 */
function within({ now }: Ctx, { within: most }: Issuance, target: Target): Target {
  if (!most) return target
  if (!target.audience.every((name) => most.audience.includes(name)))
    refuse('invalid_target', 'the target is not among the audiences of subject_token')
  return { ...target, lifetime: Math.min(target.lifetime, most.expiresAt - now()) }
}

/** No longer than a feature lets it live. */
function limited(ctx: Ctx, issuance: Issuance, target: Target, binding: Binding | undefined): Target {
  const most = ctx.server.having('longestLifetime').flatMap((one) => one.longestLifetime(ctx, { issuance, target, binding }) ?? [])
  return { ...target, lifetime: Math.min(target.lifetime, ...most) }
}

/** A scope that was removed from the client's registration is no longer issued. */
function registeredScope({ client, scope }: Issuance): readonly string[] {
  const registered = scopesOf(client)
  const left = scope.filter((s) => registered.includes(s))
  return left.length > 0 || scope.length === 0
    ? left
    : refuse('invalid_scope', 'this client is no longer registered for any of these scopes')
}

/** Signs first, then stores everything in one transaction, in which the code or refresh token is spent last. */
async function record(ctx: Ctx, narrowed: Issuance, target: Target, request: IssueRequest): Promise<Reply> {
  const { binding } = request
  const { issuance, deviceSecret } = await withDeviceSecret(ctx, narrowed, request.params)
  const { access, text } = await madeAccessToken(ctx, issuance, target, binding)
  const refreshText = textOfRefreshToken(ctx, issuance)
  const extras = []
  for (const feature of ctx.server.having('respondToken'))
    extras.push(await feature.respondToken(ctx, { issuance, access, accessToken: text, refreshToken: refreshText }))
  const body: Record<string, unknown> = Object.assign(
    {
      access_token: text,
      token_type: binding?.tokenType ?? 'Bearer',
      expires_in: target.lifetime,
      scope: target.scope.join(' ') || undefined, // §3.3: it has at least one character
      refresh_token: refreshText,
    },
    ...extras,
    issuance.response,
  )

  const act = {
    spend: issuance.spends && { ...issuance.spends, now: access.issuedAt },
    refresh: refreshText !== undefined && issuance.refresh.kind !== 'keep' ? refreshToken(ctx, issuance, refreshText, request) : undefined,
    deviceSecret,
    message: issuance.pushed?.message(body),
  }
  if (issuance.spends && !(await ctx.store.issue(act))) return issueTokens(ctx, await issuance.spends.alreadySpent(), request)
  if (!issuance.spends && act.refresh) await ctx.store.issue(act)

  await noteUse(ctx, issuance.client)
  return {
    kind: 'json',
    status: 200,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' }, // §5.1
    ...(issuance.auditEvents ? { auditEvents: issuance.auditEvents } : {}),
    body,
  }
}

async function withDeviceSecret(
  ctx: Ctx,
  issuance: Issuance,
  params: Params,
): Promise<{ issuance: Issuance; deviceSecret: DeviceSecret | undefined }> {
  if (issuance.deviceSecret !== undefined) return { issuance, deviceSecret: undefined }
  for (const feature of ctx.server.having('deviceSecret')) {
    const made = await feature.deviceSecret(ctx, { params, issuance })
    if (made) return { issuance: { ...issuance, deviceSecret: made.text }, deviceSecret: made.added }
  }
  return { issuance, deviceSecret: undefined }
}

async function madeAccessToken(
  ctx: Ctx,
  issuance: Issuance,
  target: Target,
  binding: Binding | undefined,
): Promise<{ access: AccessToken; text: string }> {
  const access = await accessToken(ctx, issuance, target, binding)
  const claims = claimsOf(ctx, issuance.client, access)
  const text = target.format === 'opaque' ? ctx.tokens.sealAccessToken(claims) : await signed(ctx, issuance.client, target, claims)
  return { access, text: transportable(text) }
}

function signed(ctx: Ctx, client: Client, { alg, typ }: Target, claims: { jti: string }): Promise<string> | string {
  return alg === 'HS256' ? ctx.sharedKeys.sign(client, typ, claims) : ctx.keys.sign(alg, typ, claims)
}

async function accessToken(ctx: Ctx, issuance: Issuance, target: Target, binding: Binding | undefined): Promise<AccessToken> {
  const { client, subject, authorization } = issuance
  const now = ctx.now()
  const extra = {}
  for (const feature of ctx.server.having('accessClaims')) Object.assign(extra, await feature.accessClaims(ctx, { issuance, target }))
  const authentication = authorization?.authentication
  return {
    jti: ctx.id(),
    clientId: client.client_id,
    subject,
    audience: target.audience,
    scope: target.scope,
    issuedAt: now,
    expiresAt: now + target.lifetime,
    grantId: authorization?.grantId,
    family: authorization?.family,
    cnf: binding?.cnf,
    authTime: authentication?.authTime,
    acr: authentication?.acr || undefined,
    amr: authentication?.amr,
    sid: authentication?.sid || undefined,
    extra,
  }
}

/** RFC 9068 §2.2, also for opaque tokens. `gid` and `fid` name the grant and the token family, by which the token can be revoked. */
function claimsOf(ctx: Ctx, client: Client, token: AccessToken): { jti: string; iat: number; [claim: string]: unknown } {
  const { audience } = token
  return {
    ...token.extra,
    iss: ctx.issuer,
    sub: token.grantId === undefined ? token.subject : subjectFor(ctx, client, token.subject),
    aud: audience.length === 1 ? audience[0] : audience,
    client_id: token.clientId,
    scope: token.scope.length > 0 ? token.scope.join(' ') : undefined,
    iat: token.issuedAt,
    exp: token.expiresAt,
    jti: token.jti,
    auth_time: token.authTime,
    acr: token.acr,
    amr: token.amr,
    sid: token.sid,
    gid: token.grantId,
    fid: token.family,
    cnf: token.cnf,
  }
}

function textOfRefreshToken(ctx: Ctx, { refresh }: Issuance): string | undefined {
  if (refresh.kind === 'none') return undefined
  return refresh.kind === 'new' ? ctx.tokens.make('rt') : refresh.token
}

function refreshToken(
  ctx: Ctx,
  { client, authorization }: Issuance,
  text: string,
  { binding, instance }: IssueRequest,
): RefreshToken | undefined {
  if (!authorization) return undefined
  const now = ctx.now()
  return {
    hash: ctx.tokens.hash('rt', text) as string,
    clientId: client.client_id,
    ...authorization,
    // A client with credentials is bound by them, and may change its key. RFC 9449 §5.
    cnf: client.token_endpoint_auth_method === 'none' ? binding?.cnf : undefined,
    instance,
    issuedAt: now,
    expiresAt: now + (client.refresh_token_lifetime ?? ctx.tenant.lifetimes.refreshToken),
    usedAt: undefined,
  }
}
