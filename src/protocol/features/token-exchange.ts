/** Token exchange — RFC 8693: a service that was called with a token gets one of its own for the services that it calls. */
import { findAccessToken } from '../access-token.ts'
import { scopesOf } from '../client.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature, GrantType, TokenRequest } from '../feature.ts'
import type { AccessToken, GrantedAuthorization, Issuance } from '../types.ts'

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token' // §3
const jwtType = 'urn:ietf:params:oauth:token-type:jwt'
const ours = [accessTokenType, jwtType]

/** How many services may stand one behind the other. §4.1 */
const maxActors = 5

const grantType: GrantType = {
  name: 'urn:ietf:params:oauth:grant-type:token-exchange', // §2.1
  async redeem(ctx, ask) {
    const { params, client } = ask
    if (client.token_endpoint_auth_method === 'none' || client.policy.token_exchange === 'none')
      refuse('unauthorized_client', 'the policy of this client does not allow token exchange')
    if (params.get('audience') !== undefined && client.policy.audience_parameter !== 'resource')
      refuse('invalid_target', 'audience is not offered here; name the target by resource')
    const requested = params.get('requested_token_type')
    if (requested !== undefined && !ours.includes(requested))
      refuse('invalid_request', 'requested_token_type must be that of an access token')
    const subject = await subjectToken(ctx, ask)
    const actor = await actorOf(ctx, ask)
    const resource = subject.audience.filter((name) => name !== ctx.issuer && name !== ctx.firstPartyAudience)
    return {
      client,
      subject: subject.subject,
      scope: narrowedScope(ask, subject),
      ...authorizationOf(subject, resource),
      within: { audience: subject.audience, resource, expiresAt: subject.expiresAt },
      act: actor === undefined ? earlier(subject) : chain(actor, earlier(subject)),
      response: { issued_token_type: accessTokenType }, // §2.2.1
      auditEvents: [
        {
          act: 'token.exchange',
          outcome: 'success',
          by: { type: 'client', id: client.client_id },
          target: subject.jti,
          detail: { client: subject.clientId, impersonation: actor === undefined },
        },
      ],
      refresh: { kind: 'none' },
    }
  },
}

/** An access token of ours that is in force, and that was issued for the one who shows it, or to them. §2.1, §5 */
async function subjectToken(ctx: Ctx, { params, client, binding }: TokenRequest): Promise<AccessToken> {
  if (!ours.includes(params.need('subject_token_type'))) refuse('invalid_request', 'subject_token_type must be that of an access token')
  const token = await findAccessToken(ctx, params.need('subject_token'))
  const own = token?.clientId === client.client_id
  const forClient = client.resource_server !== undefined && token?.audience.includes(client.resource_server)
  if (!token || !(own || forClient)) return refuse('invalid_request', 'subject_token is unknown, expired, revoked or not for this client') // §2.2.2
  // The service for which it is has seen the proof of the sender; a client that holds it must prove its key itself.
  if (own && !Object.entries(token.cnf ?? {}).every(([name, value]) => binding?.cnf[name] === value))
    refuse('invalid_request', 'subject_token is bound to a key; prove possession of it')
  return token
}

/** Who acts for the subject; undefined: the client takes its place, where its policy allows that. §1.1 */
async function actorOf(ctx: Ctx, { params, client }: TokenRequest): Promise<string | undefined> {
  const text = params.get('actor_token')
  if (text === undefined) {
    if (params.get('actor_token_type') !== undefined) refuse('invalid_request', 'actor_token_type was sent without actor_token')
    return client.policy.token_exchange === 'impersonate' ? undefined : client.client_id
  }
  if (!ours.includes(params.need('actor_token_type'))) refuse('invalid_request', 'actor_token_type must be that of an access token')
  const token = await findAccessToken(ctx, text)
  const isOwn = token?.clientId === client.client_id && token.grantId === undefined && Object.keys(token.cnf ?? {}).length === 0
  return isOwn ? client.client_id : refuse('invalid_request', 'actor_token must be an access token of this client itself')
}

type Actor = Readonly<Record<string, unknown>>

function earlier({ extra }: AccessToken): Actor | undefined {
  return extra['act'] as Actor | undefined
}

/** The nearest first. §4.1 */
function chain(actor: string, before: Actor | undefined): Actor {
  let depth = 1
  for (let one = before; one !== undefined; one = one['act'] as Actor | undefined) depth++
  if (depth > maxActors) refuse('invalid_request', 'subject_token has passed through too many services')
  return { sub: actor, ...(before ? { act: before } : {}) }
}

/** Never more than the subject token has. */
function narrowedScope({ params, client }: TokenRequest, { scope }: AccessToken): readonly string[] {
  const registered = scopesOf(client)
  const asked = params.words('scope')
  if (!asked.every((word) => scope.includes(word) && registered.includes(word)))
    refuse('invalid_scope', 'scope has a value that subject_token lacks, or that this client is not registered for')
  const given = asked.length > 0 ? asked : scope.filter((word) => registered.includes(word))
  return given.length > 0 || scope.length === 0 ? given : refuse('invalid_scope', 'this client is registered for no scope of subject_token')
}

/** What a person allowed stays in their grant: revoking that ends these tokens, too. */
function authorizationOf(token: AccessToken, resource: readonly string[]): Pick<Issuance, 'authorization'> {
  const { grantId, family, subject, scope, authTime = token.issuedAt, acr = '', amr = [], sid = '' } = token
  if (grantId === undefined || family === undefined) return {}
  const authentication = { subject, authTime, acr, amr, sid }
  const authorization: GrantedAuthorization = { grantId, family, authentication, scope, resource, extensions: {} }
  return { authorization }
}

export function tokenExchange(): Feature {
  return {
    id: 'tokenExchange',
    spec: 'RFC 8693',
    requires: ['token'],
    grantTypes: [grantType],
    serves: { token_exchange: ['delegate', 'impersonate'] },
    accessClaims: async (_ctx, { issuance: { act } }): Promise<Record<string, unknown>> => (act === undefined ? {} : { act }),
  }
}
