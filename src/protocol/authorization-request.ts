/** Reads an authorization request once client and redirect URI are known — RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1. */
import { type Client, scopesOf } from './client.ts'
import { isCredentialScope } from './credential-authorization.ts'
import { refuse } from './errors.ts'
import type { Ctx, ResponseMode, ResponseType } from './feature.ts'
import { idTokenClaims } from './id-token.ts'
import type { Params } from './params.ts'
import { refuseScope } from './refused-scope.ts'
import type { Provenance, ResolvedRequest } from './resolved-request.ts'
import type { SignInDemand } from './sign-in-demand.ts'
import { type HintedPerson, hintedPerson, sectorOf } from './subject.ts'
import type { AuthorizationRequest } from './types.ts'

const prompts = ['none', 'login', 'consent', 'select_account']
const displays = new Set(['page', 'popup', 'touch', 'wap'])

/** The response mode, which applies to refusals too: a client that asks for tokens at this endpoint reads the answer from the fragment. */
export function requestedMode(ctx: Ctx, params: Params): string {
  const type = responseTypeName(params.all('response_type')[0] ?? '')
  const usual = responseTypeOf(ctx, type)?.defaultMode ?? (type.includes('token') ? 'fragment' : 'query')
  const named = responseModeOf(ctx, params.all('response_mode')[0] ?? usual)
  return (usual === 'fragment' ? named?.insteadOfQuery : undefined) ?? named?.standsFor?.[usual] ?? named?.name ?? usual
}

/** Its words in the usual order: they may come in any. RFC 6749 §3.1.1 */
function responseTypeName(text: string): string {
  return text.split(' ').toSorted().join(' ')
}

/** One that an authorization request can ask for in this tenant. */
function responseTypeOf(ctx: Ctx, name: string): ResponseType | undefined {
  const type = ctx.server.responseTypes.get(name)
  return type && isOffered(ctx, type) ? type : undefined
}

/** Can an authorization request ask for it in this tenant? */
export function isOffered({ tenant }: Ctx, { atPage, grantTypes }: ResponseType): boolean {
  return !atPage && !grantTypes.some((name) => tenant.withoutGrantTypes.includes(name))
}

function responseModeOf({ server }: Ctx, name: string): ResponseMode | undefined {
  const mode = server.responseModes.get(name)
  return mode?.atPage ? undefined : mode
}

export async function readRequest(
  ctx: Ctx,
  client: Client,
  redirectUri: string,
  { params, proven }: ResolvedRequest,
): Promise<AuthorizationRequest> {
  params.check(ctx.server.mayRepeat)
  refuseUnsupported(ctx, params)
  const responseType = responseTypeName(params.need('response_type'))
  const type = responseTypeOf(ctx, responseType) ?? refuse('unsupported_response_type', 'response_type is not offered here')
  const scope = readScope(ctx, client, params)
  refuseUnregistered(ctx, client, { responseType, scope })
  refuseUnmet(client, proven)
  const mode =
    responseModeOf(ctx, params.get('response_mode') ?? type.defaultMode) ?? refuse('invalid_request', 'response_mode is not offered here')
  if (type.defaultMode === 'fragment' && mode.insteadOfQuery !== undefined)
    refuse('invalid_request', 'response_mode must not put tokens into a query; use fragment, form_post or jwt') // Encoding Practices §3
  if (client.policy.signed_responses === 'required' && !mode.signed && !type.idToken)
    refuse('invalid_request', 'this client must ask for signed responses, with response_mode jwt') // FAPI 2.0 Message Signing §5.4, FAPI 1.0 Advanced §5.2.2
  const display = params.get('display')
  if (display !== undefined && !displays.has(display)) refuse('invalid_request', 'display must be page, popup, touch or wap')

  return {
    ...(await readCommon(ctx, client, { params, type, scope })),
    clientId: client.client_id,
    redirectUri,
    redirectUriSent: params.get('redirect_uri') !== undefined,
    responseType,
    responseMode: requestedMode(ctx, params),
    state: params.get('state'),
    prompt: readPrompt(ctx, params),
    pushed: proven.pushed,
    usesUp: proven.usesUp,
    instance: proven.instance,
  }
}

/**
 * A request that a client sends to us directly, and that a person answers at a page of ours. `kept`: under what it is kept until then;
 * `state`: what its response mode needs.
 */
export async function readPageRequest(
  ctx: Ctx,
  client: Client,
  params: Params,
  { type, kept, state }: { type: ResponseType; kept: string; state: string },
): Promise<AuthorizationRequest> {
  params.check(ctx.server.mayRepeat)
  const scope = readScope(ctx, client, params)
  refuseUnregistered(ctx, client, { responseType: type.name, scope })
  return {
    ...(await readCommon(ctx, client, { params, type, scope })),
    clientId: client.client_id,
    redirectUri: ctx.issuer,
    redirectUriSent: false,
    responseType: type.name,
    responseMode: type.defaultMode,
    state,
    prompt: [],
    pushed: kept,
    usesUp: undefined,
  }
}

type Common =
  | 'scope'
  | 'nonce'
  | 'maxAge'
  | 'loginHint'
  | 'hintedSubject'
  | 'hintedSector'
  | 'acrValues'
  | 'requiredAcr'
  | 'askedAt'
  | 'uiLocales'
  | 'extensions'

/** What every request may say, however it comes. */
async function readCommon(
  ctx: Ctx,
  client: Client,
  { params, type, scope }: { params: Params; type: ResponseType; scope: readonly string[] },
): Promise<Pick<AuthorizationRequest, Common>> {
  const demand = demandOf(ctx, client, params)
  const acrValues = [...params.words('acr_values'), ...(demand.acrValues ?? [])]
  const hint = await readHint(ctx, client, params, demand.subject)
  return {
    scope,
    nonce: params.get('nonce'),
    maxAge: readMaxAge(params) ?? client.default_max_age,
    loginHint: params.get('login_hint'),
    hintedSubject: hint?.subject,
    hintedSector: hint?.sector,
    acrValues: acrValues.length > 0 ? acrValues : (client.default_acr_values ?? []),
    requiredAcr: demand.requiredAcr ?? [],
    askedAt: ctx.now(),
    uiLocales: params.words('ui_locales'),
    extensions: await readExtensions(ctx, client, { params, type }),
  }
}

function demandOf(ctx: Ctx, client: Client, params: Params): SignInDemand {
  const [demand = {}] = ctx.server.having('demandSignIn').flatMap((feature) => feature.demandSignIn(ctx, { params, client }) ?? [])
  const offered = demand.requiredAcr?.filter((acr) => ctx.people.acrValues.includes(acr))
  if (!offered) return demand
  return offered.length > 0
    ? { ...demand, requiredAcr: offered }
    : refuse('unmet_authentication_requirements', 'none of the required acr values is offered here; see acr_values_supported')
}

async function readExtensions(
  ctx: Ctx,
  client: Client,
  { params, type }: { params: Params; type: ResponseType },
): Promise<Record<string, string>> {
  const extensions = {}
  for (const feature of ctx.server.having('readRequest'))
    Object.assign(extensions, await feature.readRequest(ctx, { params, client, type }))
  return extensions
}

/** Refuses by name what no feature understands. A feature that understands `request` or `request_uri` has removed it by now. Core §3.1.2.6, §6 */
function refuseUnsupported({ server: { parameters } }: Ctx, params: Params): void {
  if (params.get('request') !== undefined) refuse('request_not_supported', 'the request parameter is not offered; send plain parameters')
  if (params.get('request_uri') !== undefined)
    refuse('request_uri_not_supported', 'the request_uri parameter is not offered; send plain parameters')
  if (params.get('registration') !== undefined && !parameters.has('registration'))
    refuse('registration_not_supported', 'the registration parameter is not offered')
}

/** A client must be registered for the grant that redeems the answer, for the response type and for every scope. RFC 7591 §2.1 */
export function refuseUnregistered(
  { server, tenant }: Ctx,
  client: Client,
  { responseType, scope }: Pick<AuthorizationRequest, 'responseType' | 'scope'>,
): void {
  const { grantTypes = [], atPage } = server.responseTypes.get(responseType) ?? {}
  if (grantTypes.some((name) => tenant.withoutGrantTypes.includes(name)))
    refuse('unsupported_response_type', 'response_type is not offered here')
  if (!grantTypes.every((name) => client.grant_types.includes(name)))
    refuse('unauthorized_client', 'this client is not registered for the grant type of this request')
  if (!atPage && !client.response_types.some((name) => name === responseType))
    refuse('unauthorized_client', 'this client is not registered for this response_type')
  const registered = scopesOf(client)
  refuseScope(scope, registered)
}

/** What a client's registration demands of how its requests arrive. */
function refuseUnmet(client: Client, proven: Provenance): void {
  const { policy, require_signed_request_object: signed, require_pushed_authorization_requests: pushed } = client
  if ((pushed || policy.pushed_requests === 'required') && proven.pushed === undefined)
    refuse('invalid_request', 'this client must push its authorization requests') // RFC 9126 §4, §6
  const isPushedInstead = policy.signed_requests === 'unless_pushed' && proven.pushed !== undefined
  if ((signed || (policy.signed_requests !== 'optional' && !isPushedInstead)) && !proven.signed)
    refuse('invalid_request', 'this client must sign its authorization requests') // RFC 9101 §10.5
}

/**
 * RFC 6749 §3.3. A request without scope gets all that is registered except offline_access. In an OpenID request, and in one for a
 * credential, a scope unknown to this server is ignored (Core §3.1.2.1, OpenID for Verifiable Credential Issuance §5.1.2); one that this
 * client may not have is refused.
 */
function readScope(ctx: Ctx, client: Client, params: Params): string[] {
  const registered = scopesOf(client)
  const asked = params.words('scope')
  if (asked.length === 0) return registered.filter((s) => s !== 'offline_access')
  const isLenient = asked.some((s) => s === 'openid' || isCredentialScope(ctx, s))
  const understood = isLenient ? asked.filter((s) => registered.includes(s) || s in ctx.tenant.scopes) : asked
  refuseScope(understood, registered)
  return understood
}

/** The values of `prompt` that are understood in this tenant. */
export function promptsOf(ctx: Ctx): string[] {
  return [...prompts, ...ctx.server.having('prompts').flatMap((feature) => feature.prompts(ctx))]
}

function readPrompt(ctx: Ctx, params: Params): string[] {
  const understood = promptsOf(ctx)
  const prompt = params.words('prompt')
  if (!prompt.every((p) => understood.includes(p)))
    refuse('invalid_request', 'prompt has a value that is not offered here; see prompt_values_supported')
  if (prompt.includes('none') && prompt.length > 1) refuse('invalid_request', 'prompt=none must stand alone') // Core §3.1.2.1
  return prompt
}

function readMaxAge(params: Params): number | undefined {
  const text = params.get('max_age')
  if (text !== undefined && !/^\d{1,9}$/.test(text)) refuse('invalid_request', 'max_age must be a whole number of seconds')
  return text === undefined ? undefined : Number(text)
}

/** Whom id_token_hint is about. The token may have expired, and need not have been issued to this client. Core §3.1.2.1. */
async function readHint(ctx: Ctx, client: Client, params: Params, demanded: string | undefined): Promise<HintedPerson | undefined> {
  if (demanded !== undefined) return { subject: demanded, sector: sectorOf(client) }
  const hint = params.get('id_token_hint')
  if (hint === undefined) return undefined
  const claims = await idTokenClaims(ctx, hint)
  return typeof claims?.['sub'] === 'string'
    ? hintedPerson(ctx, claims['sub'], claims['aud'])
    : refuse('invalid_request', 'id_token_hint is not an ID token of this issuer')
}
