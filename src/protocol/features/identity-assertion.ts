/** Identity assertions for other authorization servers — OAuth 2.0 Identity Assertion JWT Authorization Grant, draft-ietf-oauth-identity-assertion-authz-grant-04. */

import { outlivesSession } from '../after-session.ts'
import type { AssertionType } from '../assertion-type.ts'
import { mayUse } from '../assignment.ts'
import { type Client, isVoid } from '../client.ts'
import type { JsonObject } from '../codec/jws.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature, TokenRequest } from '../feature.ts'
import { scopesAmong } from '../permissions.ts'
import type { Reply } from '../request-reply.ts'
import { isIdentifier } from '../resource.ts'
import { sectorOf, subjectFor } from '../subject.ts'

const tokenType = 'urn:ietf:params:oauth:token-type:id-jag' // §9.2
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token' // RFC 8693 §3
const typ = 'oauth-id-jag+jwt' // §3.1

/** Seconds: time for one request to the other server. */
const assertionLifetime = 300
const mostResources = 20

/** The other server is one of those that the operator lets this client act at, under the name that it has there. §4.3, §5 */
type Audience = Client['identity_assertion_audiences'][string]

/** The exchange of an ID token for an identity assertion. §4.3 */
async function issued(ctx: Ctx, ask: TokenRequest): Promise<Reply | undefined> {
  const { params, client } = ask
  if (params.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange') return undefined
  if (params.get('requested_token_type') !== tokenType) return undefined
  if (client.token_endpoint_auth_method === 'none')
    refuse('unauthorized_client', 'a client that gets identity assertions must authenticate') // §8.1
  const [name = '', ...more] = params.all('audience')
  const at =
    more.length === 0 && Object.hasOwn(client.identity_assertion_audiences, name) ? client.identity_assertion_audiences[name] : undefined
  if (!at || name === ctx.issuer)
    return refuse('invalid_target', 'audience must be one other authorization server that this client may get identity assertions for')
  if (params.get('actor_token') !== undefined) refuse('invalid_request', 'actor_token is not taken for an identity assertion')
  if (params.get('authorization_details') !== undefined)
    refuse('invalid_authorization_details', 'an identity assertion cannot have authorization_details')
  const idToken = await subjectToken(ctx, ask)
  const subject = idToken['sub'] as string
  const scope = scopeOf(ask, at)
  const jwt = await ctx.keys.sign(client.id_token_signed_response_alg, typ, {
    jti: ctx.id(),
    iss: ctx.issuer,
    sub: await subjectAtAudience(ctx, at, subject),
    aud: name,
    client_id: at.client_id,
    iat: ctx.now(),
    exp: ctx.now() + assertionLifetime,
    resource: resourceOf(ask, at),
    scope: scope.join(' ') || undefined,
    ...(await personOf(ctx, client, idToken)),
  })
  const by = { type: 'client', id: client.client_id } as const
  return {
    kind: 'json',
    status: 200,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' }, // RFC 6749 §5.1
    body: {
      issued_token_type: tokenType,
      access_token: jwt,
      token_type: 'N_A',
      expires_in: assertionLifetime,
      ...(scope.length > 0 ? { scope: scope.join(' ') } : {}),
    }, // §4.3.4
    auditEvents: [{ act: 'token.identity-assertion', outcome: 'success', by, target: subject, detail: { audience: name } }],
  }
}

/** An ID token of ours that is in force and was issued to this very client. §4.3.3 */
async function subjectToken(ctx: Ctx, { params, client }: TokenRequest): Promise<JsonObject> {
  if (params.need('subject_token_type') !== idTokenType) refuse('invalid_request', 'subject_token_type must be that of an ID token')
  if (sectorOf(client) !== undefined) refuse('unauthorized_client', 'the ID tokens of a client with pairwise subjects cannot be exchanged')
  const claims = await ctx.keys.verify(['JWT'], params.need('subject_token'), ctx.now())
  const isIdToken = claims && claims['client_id'] === undefined && claims['aud'] === client.client_id && typeof claims['sub'] === 'string'
  return isIdToken && !isVoid(client, claims['iat'] as number)
    ? claims
    : refuse('invalid_request', 'subject_token must be an ID token of this client that has not expired')
}

function scopeOf({ params }: TokenRequest, { scope }: Audience): readonly string[] {
  const allowed = scope.split(' ').filter(Boolean)
  const asked = params.words('scope')
  if (!asked.every((word) => allowed.includes(word)))
    refuse('invalid_scope', 'scope has a value that this client may not have at the audience')
  return asked.length > 0 ? asked : allowed
}

function resourceOf({ params }: TokenRequest, { resource }: Audience): string | readonly string[] | undefined {
  const asked = params.several('resource')
  if (!asked.every((one) => resource.includes(one)))
    refuse('invalid_target', 'resource is not one that this client may use at the audience')
  const [first, ...more] = asked.length > 0 ? asked : resource
  return first === undefined || more.length === 0 ? first : [first, ...more]
}

/** As an ID token for the other server would name the person. §3.1 */
async function subjectAtAudience(ctx: Ctx, { signs_in_as: id }: Audience, subject: string): Promise<string> {
  if (id === undefined) return subject
  const relyingParty = (await ctx.store.clients.find(id)) ?? refuse('invalid_target', 'the audience does not sign people in here any more')
  return subjectFor(ctx, relyingParty, subject)
}

/** The person must be active and still allow this client to know them. Only what it may know itself is told. */
async function personOf(ctx: Ctx, client: Client, { sub, iat, sid, auth_time, acr, amr }: JsonObject): Promise<JsonObject> {
  const claims = (await ctx.people.claims(sub as string)) ?? refuse('invalid_grant', 'the account is no longer active')
  const grant = await ctx.store.grants.find(client.client_id, sub as string)
  // What was allowed after the ID token was issued was allowed anew, and the token stands for what was revoked.
  const isOver =
    !grant || grant.createdAt > (iat as number) || !(await ctx.store.accessTokens.holder([String(sid)], grant.id, iat as number))
  if (isOver) return refuse('invalid_grant', 'the person no longer allows this client to know them; they must sign in again')
  if (!(await outlivesSession(ctx, client, typeof sid === 'string' ? sid : undefined)))
    refuse('invalid_grant', 'the session in which the person signed in has ended')
  if (!(await mayUse(ctx, client, sub as string))) refuse('invalid_grant', 'this person is not assigned to the client')
  const { email, email_verified } = claims
  return { auth_time, acr, amr, ...(scopesAmong(grant.scope).includes('email') && email !== undefined ? { email, email_verified } : {}) }
}

/** Redeemed by the JWT bearer grant. §4.4.1 */
const assertionType: AssertionType = {
  typ,
  read({ claims, client, issuer }) {
    const { aud, client_id: id, iat, scope, resource } = claims
    if ([aud].flat()[0] !== issuer) refuse('invalid_grant', 'aud of an identity assertion must be the issuer')
    if (id !== client.client_id) refuse('invalid_grant', 'client_id of the assertion is not the client that presents it')
    if (typeof iat !== 'number') refuse('invalid_grant', 'an identity assertion needs iat')
    if (claims['authorization_details'] !== undefined || claims['act'] !== undefined)
      refuse('invalid_grant', 'an identity assertion with authorization_details or act is not taken here')
    if (scope !== undefined && typeof scope !== 'string') refuse('invalid_grant', 'scope of the assertion must be a text')
    const resources = resource === undefined ? undefined : [resource].flat()
    if (resources && !(resources.length > 0 && resources.length <= mostResources && resources.every(isApi)))
      refuse('invalid_grant', 'resource of the assertion must be one URI or up to 20')
    return { scope: (scope as string | undefined)?.split(' ').filter(Boolean), resource: resources as string[] | undefined }
  },
}

const isApi = (value: unknown) => typeof value === 'string' && value.length <= 2000 && isIdentifier(value)

/** Named after its draft, which may change. */
export function identityAssertionDraft04(): Feature {
  return {
    id: 'identityAssertionDraft04',
    spec: 'OAuth 2.0 Identity Assertion JWT Authorization Grant (draft-ietf-oauth-identity-assertion-authz-grant-04)',
    requires: ['jwtBearer', 'tokenExchange', 'openid'],
    assertionTypes: [assertionType],
    answerToken: issued,
    metadata: () => ({
      identity_chaining_requested_token_types_supported: [tokenType], // §7
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
    }),
  }
}
