/** What a client says of itself when it registers, and what it may have — RFC 7591 §2, OpenID Connect Registration 1.0 §2. */
import { ZodError } from 'zod'
import { type ClientMetadata, clientSchema, scopesOf } from './client.ts'
import { readJson } from './codec/json.ts'
import { type ErrorCode, OAuthError, refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import { isLocalized } from './localizations.ts'
import { redirectClassOf } from './redirect-uri.ts'
import { readClient } from './register.ts'
import type { Registration } from './registry.ts'
import { checkSectorIdentifier } from './sector-identifier.ts'
import { withStatement } from './software-statement.ts'

/** Members that the operator sets alone. From a client they are as unknown as those that nobody knows, and ignored: RFC 7591 §2. */
export const ofOperator: readonly (keyof ClientMetadata)[] = [
  'web_origins',
  'resource_scope',
  'authorization_details_types',
  'default_resource',
  'id_token_scope_claims',
  'access_token_typ',
  'access_token_format',
  'access_token_signed_response_alg',
  'access_token_claims',
  'access_token_claim_sources',
  'access_token_lifetime',
  'id_token_lifetime',
  'refresh_token_lifetime',
  'resource_server',
  'connections',
  'identity_assertion_audiences',
  'policy',
]

type Members = Readonly<Record<string, unknown>>

const members = Object.keys(clientSchema.shape).filter(
  (name) => !['client_id', 'localizations', ...ofOperator].includes(name),
) as (keyof ClientMetadata)[]

/** The members that a request names, in the form of the one client schema. What is null or unknown is left out. */
export function readMembers(json: string | undefined): Members {
  const read = json === undefined ? undefined : readJson(json)
  const value = read && 'value' in read ? read.value : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('invalid_client_metadata', 'the body must be one JSON object, with each name once')
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null))
}

/** What a client becomes, which depends on how it is registered when that is stored; `before` is undefined for a new one. */
export type Registering = (before: ClientMetadata | undefined) => ClientMetadata

/** The metadata a client gets that sends these members. `before`: as it is registered now. */
export async function clientFrom(
  ctx: Ctx,
  sent: Members,
  registration: Pick<Registration, 'token' | 'scope'>,
  before?: ClientMetadata,
): Promise<Registering> {
  const stated = await withStatement(ctx, sent, registration.token)
  return checkedSector(ctx, before, (now) => {
    const client = described(ctx, stated, registration.scope, operatorsOf(now))
    if (client.response_types.includes('code') && !client.grant_types.includes('authorization_code'))
      refuse('invalid_client_metadata', 'grant_types must have authorization_code for the response type code') // RFC 7591 §2.1
    checkCeiling(ctx, client, registration, now)
    return client
  })
}

/** The sector is looked up at once: it depends on nothing that an operator sets. */
async function checkedSector(ctx: Ctx, before: ClientMetadata | undefined, client: Registering): Promise<Registering> {
  await checkSectorIdentifier(ctx, client(before))
  return client
}

/**
 * The metadata of a client whose identifier leads to a document with these members. The document is the same for every server, so what it asks for
 * beyond what a client may have here is left out. `before`: as it is stored, of which the members of the operator stay.
 */
export async function clientOfDocument(ctx: Ctx, sent: Members, clientId: string, before?: ClientMetadata): Promise<Registering> {
  const { scope } = ctx.tenant.registration
  return checkedSector(ctx, before, (now) => {
    const client = described(ctx, narrowed(ctx, sent, scope), scope, { ...operatorsOf(now), client_id: clientId })
    checkCeiling(ctx, client, { token: undefined, scope })
    return client
  })
}

/**
 * The metadata of a client as a trust chain resolves it. What it asks for beyond what a client may have here is left out. `before`: as it is
 * stored, of which the members of the operator stay.
 */
export async function clientOfChain(
  ctx: Ctx,
  sent: Members,
  { clientId, policyOf, before }: { clientId: string; policyOf: PolicyOf; before: ClientMetadata | undefined },
): Promise<Registering> {
  const { scope } = ctx.tenant.registration
  return checkedSector(ctx, before, (now) => {
    const ofServer = { ...operatorsOf(now), client_id: clientId, policy: policyOf(now) }
    const client = described(ctx, narrowed(ctx, sent, scope), scope, ofServer)
    checkCeiling(ctx, client, { token: 'federation', scope })
    return client
  })
}

type PolicyOf = (before: ClientMetadata | undefined) => Partial<ClientMetadata['policy']>

/** Values of a wrong type stay as they are, and are refused later. */
function narrowed({ server }: Ctx, sent: Members, scope: readonly string[]): Members {
  const served = (name: unknown) => typeof name !== 'string' || server.grantTypes.get(name)?.needsPerson
  const answered = (name: unknown) => {
    const type = typeof name === 'string' ? server.responseTypes.get(name) : undefined
    return typeof name !== 'string' || type?.grantTypes.every(served)
  }
  const { grant_types: grantTypes, response_types: responseTypes, scope: asked } = sent
  return {
    ...sent,
    ...(Array.isArray(grantTypes) && { grant_types: grantTypes.filter(served) }),
    ...(Array.isArray(responseTypes) && { response_types: responseTypes.filter(answered) }),
    ...(typeof asked === 'string' && { scope: scope.filter((word) => asked.split(' ').includes(word)).join(' ') }),
  }
}

function described(ctx: Ctx, sent: Members, scope: readonly string[], ofServer: Members): ClientMetadata {
  const own = Object.fromEntries(members.flatMap((name) => (sent[name] === undefined ? [] : [[name, sent[name]]])))
  const localizations = Object.fromEntries(Object.entries(sent).filter(([name]) => isLocalized(name))) // RFC 7591 §2.2
  const given = { ...usual(ctx, own, scope), ...own, localizations, ...ofServer }
  return checked(() => readClient(ctx.server, ctx.keys.algs, given, ctx.id))
}

/** What an operator has set stays as it is. */
function operatorsOf(before: ClientMetadata | undefined): Members {
  if (!before) return {}
  return { client_id: before.client_id, ...Object.fromEntries(ofOperator.map((name) => [name, before[name]])) }
}

/** In place of what the request does not say. An app that listens on its own device is a native one. */
function usual({ keys: { algs } }: Ctx, own: Members, scope: readonly string[]): Members {
  const grantTypes = Array.isArray(own['grant_types']) ? own['grant_types'] : ['authorization_code']
  const uris = Array.isArray(own['redirect_uris']) ? own['redirect_uris'].filter((uri) => typeof uri === 'string') : []
  return {
    application_type: uris.length > 0 && uris.every((uri) => redirectClassOf(uri) !== 'https') ? 'native' : 'web',
    response_types: grantTypes.includes('authorization_code') ? ['code'] : [],
    scope: scope.filter((word) => word !== 'offline_access' || grantTypes.includes('refresh_token')).join(' '),
    id_token_signed_response_alg: algs.find((alg) => alg === 'RS256') ?? algs[0],
    access_token_signed_response_alg: algs.find((alg) => alg === 'ES256') ?? algs[0],
  }
}

/** The first problem alone: an error has one code, and the next try tells the next. RFC 7591 §3.2.2 */
function checked<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    const [issue] = error.issues
    const code: ErrorCode = issue?.path[0] === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata'
    throw new OAuthError(code, sentenceOf(issue))
  }
}

/** Of the request it holds names of members alone, in the characters of RFC 6749 §5.2. */
function sentenceOf(issue: ZodError['issues'][number] | undefined): string {
  const names = (issue?.path ?? []).map(String).filter((name) => /^\w{1,64}$/.test(name))
  return `${names.join('.')} ${issue?.message}`.trim().replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'")
}

/** What an operator has given a client beyond that, it may keep. */
function checkCeiling(
  ctx: Ctx,
  client: ClientMetadata,
  { token, scope }: Pick<Registration, 'token' | 'scope'>,
  before?: ClientMetadata,
): void {
  const scopes = [...scope, ...(before ? scopesOf(before) : [])]
  if (!scopesOf(client).every((word) => scopes.includes(word)))
    refuse('invalid_client_metadata', 'scope has a value that clients which register here cannot have')
  const { server, tenant } = ctx
  if (client.grant_types.some((name) => tenant.withoutGrantTypes.includes(name) && !before?.grant_types.includes(name)))
    refuse('invalid_client_metadata', 'grant_types has a value that is not offered here')
  if (token !== undefined) return
  const redeemed = (name: string) => server.grantTypes.get(name)
  const allowed = (name: string) => !redeemed(name) || redeemed(name)?.needsPerson || before?.grant_types.includes(name) // a person allows what only the authorization endpoint gives
  if (!client.grant_types.every(allowed)) refuse('invalid_client_metadata', 'grant_types has a value that needs an initial access token')
  const redirects = (uri: string) => tenant.registration.redirects.includes(redirectClassOf(uri)) || before?.redirect_uris.includes(uri)
  if (!client.redirect_uris.every(redirects))
    refuse('invalid_redirect_uri', 'redirect_uris has a kind of URI that needs an initial access token')
}

/** The metadata as the client is told it. RFC 7591 §3.2.1 */
export function toldMetadata(client: ClientMetadata): Members {
  const { localizations } = client
  return { ...Object.fromEntries(members.map((name) => [name, client[name]])), ...localizations }
}
