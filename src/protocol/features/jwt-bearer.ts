/** JWT bearer grant — RFC 7523 §2.1: an assertion that a trusted issuer signed about a person, in exchange for an access token. */
import type { AssertedLimits, AssertionType } from '../assertion-type.ts'
import { mayUse } from '../assignment.ts'
import { type Client, scopesOf } from '../client.ts'
import { isSignedByOwner } from '../client-keys.ts'
import { sha256 } from '../codec/digest.ts'
import { isJsonObject } from '../codec/json.ts'
import { type CompactJws, type JsonObject, parseJws, parseObject } from '../codec/jws.ts'
import { clientSigningAlgs } from '../codec/public-key.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature, GrantType, TokenRequest } from '../feature.ts'
import { permissionsFor } from '../permissions.ts'
import { refuseScope } from '../refused-scope.ts'
import type { Resource } from '../resource.ts'
import { defaultResources } from '../target.ts'
import type { TrustedIssuer } from '../trusted-issuer.ts'
import type { Authentication, Issuance } from '../types.ts'

const maxAssertion = 16_384
const maxText = 255
/** How far the clocks of issuers may differ from ours, in seconds. */
const clockSkew = 60

const grantType: GrantType = {
  name: 'urn:ietf:params:oauth:grant-type:jwt-bearer', // §2.1
  async redeem(ctx, ask) {
    const { client, params } = ask
    if (client.token_endpoint_auth_method === 'none') refuse('unauthorized_client', 'a client that presents assertions must authenticate')
    const jws = parseJws(params.need('assertion'), maxAssertion) ?? unread()
    const claims = parseObject(jws.payload) ?? unread()
    const type = typeOf(ctx, jws)
    const issuer = await issuerOf(ctx, client, claims, type)
    if (!(await isSignedByOwner(ctx, issuer, jws, issuer.signing_algs ?? clientSigningAlgs)))
      refuse('invalid_grant', 'assertion is not signed by a key of its issuer with an algorithm that the issuer may use') // §3 (9)
    checkAudience(ctx, issuer, claims)
    checkTimes(ctx, issuer, claims)
    checkHolder(ask, claims)
    const limits = type.read({ claims, client, issuer: ctx.issuer })
    const subject = await subjectOf(ctx, issuer, claims)
    if (!(await mayUse(ctx, client, subject))) refuse('invalid_grant', 'this person is not assigned to the client')
    const asked = await askedOf(ctx, ask, issuer, limits)
    await useUp(ctx, claims)
    return issuanceOf(ctx, client, { issuer, claims, subject, ...asked })
  },
}

function unread(): never {
  return refuse('invalid_grant', 'assertion must be one signed JWT of at most 16384 characters')
}

/** A type that no feature takes is that of a JWT for another purpose. RFC 8725 §3.11 */
function typeOf({ server }: Ctx, { header: { typ = 'jwt' } }: CompactJws): AssertionType {
  const name = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''
  return server.assertionTypes.get(name) ?? refuse('invalid_grant', 'typ of the assertion is that of a JWT for another purpose')
}

/** What this server signs is for others: it would widen what a person allowed. */
async function issuerOf(ctx: Ctx, client: Client, { iss }: JsonObject, type: AssertionType): Promise<TrustedIssuer> {
  const known = typeof iss === 'string' && iss !== ctx.issuer ? await ctx.store.trustedIssuers.find(iss) : undefined
  return known?.enabled && known.clients.includes(client.client_id) && known.assertion_types.includes(type.typ)
    ? known
    : refuse('invalid_grant', 'assertion is of an issuer, or of a type, that this client may not present') // §3 (1)
}

/** One audience alone: what names several could be presented elsewhere by whoever receives it here. §3 (3) */
function checkAudience({ issuer }: Ctx, { audiences }: TrustedIssuer, { aud }: JsonObject): void {
  const accepted = audiences.map((name) => (name === 'issuer' ? issuer : `${issuer}/token`))
  const [named, ...more] = [aud].flat()
  if (more.length > 0 || !accepted.some((one) => one === named)) refuse('invalid_grant', 'aud of the assertion must be this server alone')
}

/** §3 (4), (5), (6) */
function checkTimes({ now }: Ctx, { max_lifetime: most }: TrustedIssuer, { exp, nbf, iat }: JsonObject): void {
  if ([exp, nbf, iat].some((time) => time !== undefined && !Number.isFinite(time)))
    refuse('invalid_grant', 'exp, nbf and iat of the assertion must be numbers')
  if (typeof exp !== 'number' || exp <= now()) refuse('invalid_grant', 'the assertion has expired, or has no exp')
  if ([nbf, iat].some((time) => typeof time === 'number' && time > now() + clockSkew))
    refuse('invalid_grant', 'the assertion is not yet good; check the clock of its issuer')
  const from = typeof iat === 'number' ? iat : now() + clockSkew
  if (exp > from + most || exp > now() + clockSkew + most)
    refuse('invalid_grant', 'the assertion is valid for longer than those of its issuer may be')
}

/** An assertion that names a key is for its holder alone. RFC 7800 §3.1 */
function checkHolder({ binding }: TokenRequest, { cnf }: JsonObject): void {
  if (cnf !== undefined && !(isJsonObject(cnf) && Object.entries(cnf).every(([name, value]) => binding?.cnf[name] === value)))
    refuse('invalid_grant', 'the assertion is bound to a key; prove possession of it')
}

/** The account that the assertion is about. §3 (2) */
async function subjectOf({ people }: Ctx, issuer: TrustedIssuer, claims: JsonObject): Promise<string> {
  if (!isShortText(claims['sub'])) refuse('invalid_grant', 'sub of the assertion must be a text of 1 to 255 characters')
  if (claims['tenant'] !== issuer.issuer_tenant)
    refuse('invalid_grant', 'tenant of the assertion is not the one that its issuer is trusted for')
  const { subject_claim: name, subject_kind: kind, connection = '' } = issuer
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (!isShortText(value)) return refuse('invalid_grant', 'the assertion lacks the claim that says whom it is about')
  if (name === 'email' && claims['email_verified'] !== true) refuse('invalid_grant', 'email_verified of the assertion must be true')
  const find = {
    account: async () => value,
    login: () => people.subjectOf(value),
    connection: () => people.subjectOfUpstream(connection, value),
  }
  const subject = await find[kind]()
  if (subject === undefined || !(await people.claims(subject)))
    return refuse('invalid_grant', 'nobody here is the person of the assertion, or their account is not active')
  return subject
}

const isShortText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= maxText

/** Within what the client is registered for, the issuer may give, and the assertion itself says. */
async function askedOf(
  ctx: Ctx,
  { client, params }: TokenRequest,
  issuer: TrustedIssuer,
  limits: AssertedLimits,
): Promise<{ scope: readonly string[]; resources: readonly Resource[] }> {
  const most = scopesOf(issuer).filter((word) => scopesOf(client).includes(word) && (limits.scope?.includes(word) ?? true))
  const asked = params.words('scope')
  refuseScope(asked, most)
  if (most.length === 0) refuse('invalid_scope', 'the issuer of the assertion may not give this client any scope')
  const named = params.several('resource')
  const resource = limits.resource ?? (named.length > 0 ? named : defaultResources(client))
  const found = await Promise.all(resource.map((identifier) => ctx.store.resources.find(identifier)))
  const resources = found.map((one) => one ?? refuse('invalid_target', 'resource is not known here'))
  return { scope: asked.length > 0 ? asked : most, resources }
}

interface Asserted {
  issuer: TrustedIssuer
  claims: JsonObject
  subject: string
  scope: readonly string[]
  resources: readonly Resource[]
}

/** Without a refresh token: the issuer decides anew. RFC 7521 §4.1 */
async function issuanceOf(ctx: Ctx, client: Client, { issuer, claims, subject, scope, resources }: Asserted): Promise<Issuance> {
  const permissions = permissionsFor(ctx, scope, resources)
  const resource = resources.map(({ identifier }) => identifier)
  const clientId = client.client_id
  const grant = await ctx.store.grants.widen({ clientId, subject, scope: permissions, details: [], newId: ctx.id(), now: ctx.now() })
  const authentication = authenticationOf(ctx, claims, subject)
  return {
    client,
    subject,
    scope,
    authorization: { grantId: grant.id, family: ctx.id(), authentication, scope, resource, extensions: {} },
    auditEvents: [
      {
        act: 'token.assertion',
        outcome: 'success',
        by: { type: 'client', id: clientId },
        target: subject,
        detail: { issuer: issuer.issuer },
      },
    ],
    refresh: { kind: 'none' },
  }
}

/** Nobody signed in here. What the issuer says of how they signed in there are names of its own. */
function authenticationOf({ now }: Ctx, { auth_time: at }: JsonObject, subject: string): Authentication {
  return { subject, authTime: typeof at === 'number' && at <= now() ? at : now(), acr: '', amr: [], sid: '' }
}

/** Once, whichever node is asked. Last, so that a request that fails for another reason can be repeated. §3 (7) */
async function useUp(ctx: Ctx, { iss, jti, exp }: JsonObject): Promise<void> {
  if (!isShortText(jti)) refuse('invalid_grant', 'jti of the assertion must be a text of 1 to 255 characters')
  const first = await ctx.store.usedOnce.first('assertion-grant', sha256(`${iss} ${jti}`), (exp as number) + clockSkew)
  if (!first) refuse('invalid_grant', 'the assertion was used before; get a new one for each request')
}

/** Of no type, or of the type of any JWT. */
const plain: AssertionType = { typ: 'jwt', read: () => ({}) }

export function jwtBearer(): Feature {
  return { id: 'jwtBearer', spec: 'RFC 7523 §2.1', requires: ['token'], grantTypes: [grantType], assertionTypes: [plain] }
}
