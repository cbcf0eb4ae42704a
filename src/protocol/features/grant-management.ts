/** Grants that clients manage by their ids — Grant Management for OAuth 2.0 (FAPI). */
import { bearer } from '../access-token.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { grantActions } from '../granted.ts'
import type { Params } from '../params.ts'
import { grantedScope, partsOf } from '../permissions.ts'
import type { Reply } from '../request-reply.ts'
import type { Grant } from '../types.ts'

const scopes = {
  grant_management_query: 'See what you have allowed it',
  grant_management_revoke: 'Give back what you have allowed it',
}

const endpoint: Endpoint = {
  path: '/grants/:id',
  advertisedAs: 'grant_management_endpoint',
  methods: ['GET', 'DELETE'],
  audience: 'program',
  async handle(ctx, request, { path }) {
    const token = await bearer(ctx, request)
    const needed = request.method === 'GET' ? 'grant_management_query' : 'grant_management_revoke'
    if (!token.scope.includes(needed)) refuse('insufficient_scope', 'the access token lacks the scope of this grant management action') // §6.1
    const grant = await ctx.store.grants.byId(path['id'] as string)
    // What another client was allowed is as unknown as what nobody was.
    if (!grant || grant.clientId !== token.clientId) return refuse('not_found', 'this client has no such grant')
    return request.method === 'GET' ? { ...plain, status: 200, body: described(grant) } : revoke(ctx, grant)
  },
}

const plain = { kind: 'json', headers: { 'cache-control': 'no-store' } } as const

/** §6.4 */
function described({ scope, details }: Grant): object {
  const here = scope.map(partsOf).flatMap(({ word, identifier }) => (identifier === undefined ? [word] : []))
  const atApis = Object.entries(grantedScope(scope).resource_scope)
  return {
    scopes: [
      ...(here.length > 0 ? [{ scope: here.join(' ') }] : []),
      ...atApis.map(([resource, text]) => ({ scope: text, resources: [resource] })),
    ],
    ...(details.length > 0 ? { authorization_details: details.map((text) => JSON.parse(text)) } : {}),
  }
}

/** With every token that was issued under it. §6.5 */
async function revoke(ctx: Ctx, { id, clientId, subject }: Grant): Promise<Reply> {
  await ctx.store.grants.revoke(id, ctx.now())
  const by = { type: 'client', id: clientId } as const
  return { ...plain, status: 204, auditEvents: [{ act: 'grant.revoke', outcome: 'success', by, target: id, detail: { user: subject } }] }
}

/** §5.2 */
async function readRequest(ctx: Ctx, params: Params, clientId: string): Promise<Record<string, string>> {
  const [named, id] = [params.get('grant_management_action'), params.get('grant_id')]
  if (named === undefined) {
    if (id !== undefined) refuse('invalid_request', 'grant_id was sent without grant_management_action')
    return {}
  }
  const action =
    grantActions.find((one) => one === named) ?? refuse('invalid_request', 'grant_management_action must be create, merge or replace')
  if (action === 'create') {
    if (id !== undefined) refuse('invalid_request', 'grant_id cannot be sent to create a grant')
    return { grant_management_action: action, grant_id: ctx.id() }
  }
  if (id === undefined) refuse('invalid_request', 'grant_id is needed to merge or replace a grant')
  const grant = await ctx.store.grants.byId(id)
  if (grant?.clientId !== clientId) refuse('invalid_grant_id', 'grant_id is unknown, revoked, or of another client')
  return { grant_management_action: action, grant_id: id }
}

export function grantManagement(): Feature {
  return {
    id: 'grantManagement',
    spec: 'OAuth 2.0 Grant Management (FAPI)',
    requires: ['authorizationCode', 'token'],
    endpoints: [endpoint],
    scopes,
    lasting: ['grant_id'],
    metadata: () => ({ grant_management_actions_supported: [...grantActions, 'query', 'revoke'], grant_management_action_required: false }),
    readRequest: (ctx, { params, client }) => readRequest(ctx, params, client.client_id),
    respondToken: async (_ctx, { issuance: { authorization } }): Promise<Record<string, unknown>> =>
      authorization?.extensions['grant_id'] === undefined ? {} : { grant_id: authorization.grantId },
  }
}
