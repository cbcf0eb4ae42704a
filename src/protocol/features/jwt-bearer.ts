/** JWT bearer grant — RFC 7523 §2.1: an assertion that a trusted issuer signed about a person, in exchange for an access token. */
import { readAssertion, subjectOfAssertion, useUpAssertion } from '../assertion.ts'
import type { AssertedLimits, AssertionType } from '../assertion-type.ts'
import { mayUse } from '../assignment.ts'
import { type Client, scopesOf } from '../client.ts'
import { isJsonObject } from '../codec/json.ts'
import type { JsonObject } from '../codec/jws.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature, GrantType, TokenRequest } from '../feature.ts'
import { permissionsFor } from '../permissions.ts'
import { refuseScope } from '../refused-scope.ts'
import type { Resource } from '../resource.ts'
import { defaultResources, resourcesNamed } from '../target.ts'
import type { TrustedIssuer } from '../trusted-issuer.ts'
import type { Authentication, Issuance } from '../types.ts'

const grantType: GrantType = {
  name: 'urn:ietf:params:oauth:grant-type:jwt-bearer', // §2.1
  async redeem(ctx, ask) {
    const { client, params } = ask
    if (client.token_endpoint_auth_method === 'none') refuse('unauthorized_client', 'a client that presents assertions must authenticate')
    const assertion = await readAssertion(ctx, {
      ...{ client, text: params.need('assertion') },
      typeOf: (typ) => ctx.server.assertionTypes.get(typ),
    })
    const { issuer, claims, type } = assertion
    checkHolder(ask, claims)
    const limits = type.read({ claims, client, issuer: ctx.issuer })
    const subject =
      (await subjectOfAssertion(ctx, assertion)) ??
      refuse('invalid_grant', 'nobody here is the person of the assertion, or their account is not active')
    if (!(await mayUse(ctx, client, subject))) refuse('invalid_grant', 'this person is not assigned to the client')
    const asked = await askedOf(ctx, ask, issuer, limits)
    await useUpAssertion(ctx, assertion)
    return issuanceOf(ctx, client, { issuer, claims, subject, ...asked })
  },
}

/** An assertion that names a key is for its holder alone. RFC 7800 §3.1 */
function checkHolder({ binding }: TokenRequest, { cnf }: JsonObject): void {
  if (cnf !== undefined && !(isJsonObject(cnf) && Object.entries(cnf).every(([name, value]) => binding?.cnf[name] === value)))
    refuse('invalid_grant', 'the assertion is bound to a key; prove possession of it')
}

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
  const resources = await resourcesNamed(ctx, resource)
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

/** Of no type, or of the type of any JWT. */
const plain: AssertionType = { typ: 'jwt', read: () => ({}) }

export function jwtBearer(): Feature {
  return { id: 'jwtBearer', spec: 'RFC 7523 §2.1', requires: ['token'], grantTypes: [grantType], assertionTypes: [plain] }
}
