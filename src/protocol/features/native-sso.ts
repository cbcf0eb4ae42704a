/** Applications of one vendor on one device share a sign-in — OpenID Connect Native SSO for Mobile Apps 1.0, draft 07. */
import { mayUse } from '../assignment.ts'
import { type Client, isVoid, scopesOf } from '../client.ts'
import { sha256 } from '../codec/digest.ts'
import type { DeviceSecret } from '../device-secret.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature, TokenRequest } from '../feature.ts'
import { issueTokens } from '../issue-tokens.ts'
import { permissionsFor, scopesAmong } from '../permissions.ts'
import { refreshOf } from '../refresh.ts'
import { refuseScope } from '../refused-scope.ts'
import type { Reply } from '../request-reply.ts'
import type { Resource } from '../resource.ts'
import { subjectFor } from '../subject.ts'
import { defaultResources, resourcesNamed } from '../target.ts'
import type { Grant, Issuance } from '../types.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token' // RFC 8693 §3
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token'
const deviceSecretType = 'urn:openid:params:token-type:device-secret' // §4.1
const scope = 'device_sso' // §3.1

const unknown = 'actor_token is unknown, expired or revoked, or of an application that this client does not share sign-ins with'

/** Another application of the vendor gets tokens for the person who signed in to the first. §4 */
async function exchanged(ctx: Ctx, ask: TokenRequest): Promise<Reply | undefined> {
  const { params, client } = ask
  if (params.get('grant_type') !== exchange || params.get('actor_token_type') !== deviceSecretType) return undefined
  if (client.policy.device_sso_group === undefined)
    refuse('unauthorized_client', 'this client shares sign-ins with no other: its policy names no device_sso_group')
  if (params.need('audience') !== ctx.issuer) refuse('invalid_target', 'audience must be the issuer') // §4.1
  if (params.need('subject_token_type') !== idTokenType) refuse('invalid_request', 'subject_token_type must be that of an ID token')
  if ((params.get('requested_token_type') ?? accessTokenType) !== accessTokenType)
    refuse('invalid_request', 'requested_token_type must be that of an access token')
  if (params.get('authorization_details') !== undefined)
    refuse('invalid_authorization_details', 'a shared sign-in cannot give authorization_details')
  const text = params.need('actor_token')
  const secret = (await sharedSecret(ctx, client, text)) ?? refuse('invalid_grant', unknown)
  await checkIdToken(ctx, client, { text, secret, idToken: params.need('subject_token') })
  const issuance = await issuanceOf(ctx, ask, { text, secret })
  const withoutAudience = params.without(['audience']) // it names no API
  return issueTokens(ctx, issuance, { ...ask, params: withoutAudience })
}

/** In force, and of a client that shares its sign-ins with this one. §4.3 */
async function sharedSecret(ctx: Ctx, client: Client, text: string): Promise<DeviceSecret | undefined> {
  const hash = ctx.tokens.hash('ds', text)
  const secret = hash === undefined ? undefined : await ctx.store.deviceSecrets.find(hash, ctx.now())
  return secret && (await sharing(ctx, client, secret.clientId, secret.createdAt)) ? secret : undefined
}

/** The other client of the same group; undefined if there is none, or if what it was issued then is void. */
async function sharing(ctx: Ctx, { policy }: Client, id: string, issuedAt: number): Promise<Client | undefined> {
  const other = await ctx.store.clients.find(id)
  const shares = other && policy.device_sso_group !== undefined && other.policy.device_sso_group === policy.device_sso_group
  return shares && !isVoid(other, issuedAt) ? other : undefined
}

/** It may have expired: what must be in force is the secret that it is bound to. §4.3 */
async function checkIdToken(
  ctx: Ctx,
  client: Client,
  { text, secret, idToken }: { text: string; secret: DeviceSecret; idToken: string },
): Promise<void> {
  const claims = await ctx.keys.verify(['JWT'], idToken, undefined)
  const { aud, sub, iat, ds_hash: bound } = claims ?? {}
  const known = claims && claims['client_id'] === undefined && typeof aud === 'string' && typeof iat === 'number'
  const owner = known ? await sharing(ctx, client, aud, iat) : undefined
  if (!owner || sub !== subjectFor(ctx, owner, secret.authentication.subject) || bound !== sha256(text))
    refuse('invalid_grant', 'subject_token must be an ID token that came with this device secret')
}

/** Never more than the person allowed the application in which they signed in. */
async function issuanceOf(ctx: Ctx, ask: TokenRequest, { text, secret }: { text: string; secret: DeviceSecret }): Promise<Issuance> {
  const { client } = ask
  const { authentication, grantId, hash } = secret
  const { subject } = authentication
  const first = (await ctx.store.grants.byId(grantId)) ?? refuse('invalid_grant', unknown)
  if (!(await mayUse(ctx, client, subject))) refuse('invalid_grant', 'this person is not assigned to the client')
  const resources = await resourcesOf(ctx, ask)
  const words = scopeOf(ctx, ask, { first, resources })
  const permissions = permissionsFor(ctx, words, resources)
  const { client_id: clientId } = client
  const grant = await ctx.store.grants.widen({ clientId, subject, scope: permissions, details: [], newId: ctx.id(), now: ctx.now() })
  const resource = resources.map(({ identifier }) => identifier)
  return {
    ...{ client, subject, scope: words, deviceSecret: text },
    authorization: { grantId: grant.id, family: ctx.id(), authentication, scope: words, resource, extensions: {} },
    spends: { kind: 'device-secret', hash, clientId, alreadySpent: async () => refuse('invalid_grant', unknown) },
    response: { issued_token_type: accessTokenType }, // RFC 8693 §2.2.1
    auditEvents: [
      {
        act: 'token.exchange',
        outcome: 'success',
        by: { type: 'client', id: clientId },
        target: secret.family,
        detail: { client: secret.clientId, user: subject },
      },
    ],
    refresh: refreshOf(client, words),
  }
}

function resourcesOf(ctx: Ctx, { params, client }: TokenRequest): Promise<readonly Resource[]> {
  const named = params.several('resource')
  return resourcesNamed(ctx, named.length > 0 ? named : defaultResources(client))
}

/** `first`: what the person allowed the application in which they signed in, of which each scope must be a part. §4.3 */
function scopeOf(
  ctx: Ctx,
  { params, client }: TokenRequest,
  { first, resources }: { first: Grant; resources: readonly Resource[] },
): readonly string[] {
  const registered = scopesOf(client)
  const isAllowed = (word: string) => permissionsFor(ctx, [word], resources).every((one) => first.scope.includes(one))
  const asked = params.words('scope')
  refuseScope(asked, registered)
  if (!asked.every(isAllowed))
    refuse('invalid_scope', 'scope has a value that the person did not allow the application in which they signed in')
  return asked.length > 0 ? asked : scopesAmong(first.scope).filter((word) => registered.includes(word) && isAllowed(word))
}

/** Comes with a sign-in that asked for it; a secret that the client has already stays. §3.3, §3.4 */
const deviceSecret: NonNullable<Feature['deviceSecret']> = async (ctx, { params, issuance }) => {
  const { client, authorization, spends } = issuance
  if (!authorization?.authentication.sid || !issuance.scope.includes(scope) || client.policy.device_sso_group === undefined)
    return undefined
  const { authentication, grantId, family } = authorization
  const sent = params.get('device_secret')
  const known = sent === undefined ? undefined : await sharedSecret(ctx, client, sent)
  const isSignIn = spends?.kind === 'code'
  const goesOn = known?.authentication.subject === authentication.subject && (!isSignIn || known.authentication.sid === authentication.sid)
  if (sent !== undefined && goesOn) return { text: sent, added: undefined }
  if (!isSignIn) return undefined // no ID token of a refreshed sign-in must be bound to another secret than that of the others
  const text = ctx.tokens.make('ds')
  const now = ctx.now()
  const times = { createdAt: now, usedAt: now, expiresAt: now + (client.refresh_token_lifetime ?? ctx.tenant.lifetimes.refreshToken) }
  return {
    text,
    added: { hash: ctx.tokens.hash('ds', text) as string, clientId: client.client_id, grantId, family, authentication, ...times },
  }
}

/** Ends a device secret, and with it all further exchanges. RFC 7009 §2.1 */
const revokeToken: NonNullable<Feature['revokeToken']> = async (ctx, { client, text }) => {
  if (ctx.tokens.hash('ds', text) === undefined) return undefined
  const secret = await sharedSecret(ctx, client, text)
  if (!secret) return { revoked: undefined }
  await ctx.store.deviceSecrets.end(secret.hash)
  return { revoked: secret.family }
}

/** Named after its draft, which may change. */
export function nativeSsoDraft07(): Feature {
  return {
    id: 'nativeSsoDraft07',
    spec: 'OpenID Connect Native SSO for Mobile Apps 1.0 (draft 07)',
    requires: ['openid', 'tokenExchange', 'revocation'],
    scopes: { [scope]: 'Sign you in to the other apps of this provider on this device' },
    readRequest(_ctx, { params, client }): Record<string, string> {
      if (params.words('scope').includes(scope) && client.policy.device_sso_group === undefined)
        refuse('invalid_scope', 'device_sso is for clients that share sign-ins: the policy of this client names no device_sso_group')
      return {}
    },
    answerToken: exchanged,
    deviceSecret,
    revokeToken,
    idTokenClaims: async (_ctx, { deviceSecret: text }): Promise<Record<string, unknown>> =>
      text === undefined ? {} : { ds_hash: sha256(text) }, // §3.4
    respondToken: async (_ctx, { issuance }) => ({ device_secret: issuance.deviceSecret }),
    metadata: () => ({ native_sso_supported: true }), // §5
  }
}
