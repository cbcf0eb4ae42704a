/** Which grant a request is about: the usual one of a person and a client, or one that the client manages by its id. */
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { ApprovedRequest, Ctx } from './feature.ts'
import { consentItemsOf, isAllowed, permissionsOf } from './requested-permissions.ts'
import type { AuthorizationRequest, Code, Grant, GrantedAuthorization, Permission } from './types.ts'

/** What a client may do with grants. Grant Management for OAuth 2.0 §5.2 */
export const grantActions = ['create', 'merge', 'replace'] as const
export type GrantAction = (typeof grantActions)[number]

/** What a request says of the grant it is about; undefined: it is about the usual one. */
export function managedGrant({ extensions }: Pick<AuthorizationRequest, 'extensions'>): { id: string; action: GrantAction } | undefined {
  const id = extensions['grant_id']
  const action = grantActions.find((one) => one === extensions['grant_management_action'])
  return id !== undefined && action ? { id, action } : undefined
}

/** What the client was allowed before by this person, in the grant that the request is about. */
export async function grantFor(ctx: Ctx, client: Client, asked: AuthorizationRequest, subject: string): Promise<Grant | undefined> {
  const managed = managedGrant(asked)
  if (!managed) return ctx.store.grants.find(client.client_id, subject)
  const grant = await ctx.store.grants.byId(managed.id)
  return grant?.clientId === client.client_id && grant.subject === subject ? grant : undefined
}

/** The person allows what is asked for. */
export async function allow(ctx: Ctx, client: Client, asked: AuthorizationRequest, subject: string): Promise<Grant> {
  const scope: Permission[] = await permissionsOf(ctx, asked)
  const details = consentItemsOf(ctx, asked, undefined).map(({ detail }) => detail)
  const [clientId, now] = [client.client_id, ctx.now()]
  const managed = managedGrant(asked)
  if (!managed) return ctx.store.grants.widen({ clientId, subject, scope, details, newId: ctx.id(), now })
  const grant = await ctx.store.grants.manage({ ...managed, clientId, subject, scope, details, now })
  return grant ?? refuse('invalid_grant_id', 'the grant of this request was revoked, or is of another person')
}

/** What a code says of the request that was approved. */
export type Approval = Pick<Code, 'grantId' | 'family' | 'asked' | 'scope' | 'authentication'>

/** The beginning of a family of tokens. For an application whose users are not asked, the grant is widened only here. */
export async function approvalOf(ctx: Ctx, { client, asked, session, grant }: ApprovedRequest): Promise<Approval> {
  const { subject, authTime, acr, amr, sid } = session
  const { id: grantId } = grant && (await isAllowed(ctx, asked, grant)) ? grant : await allow(ctx, client, asked, subject)
  return { grantId, family: ctx.id(), asked, scope: asked.scope, authentication: { subject, authTime, acr, amr, sid } }
}

/** The authorization code of this text. */
export function codeOf(ctx: Ctx, { policy }: Client, approval: Approval, text: string): Code {
  const expiresAt = ctx.now() + (policy.code_lifetime ?? ctx.tenant.lifetimes.code)
  return { ...approval, hash: ctx.tokens.hash('ac', text) as string, expiresAt, usedAt: undefined }
}

/** What tokens are issued under, with what features read from the request and need for every later token. */
export function authorizationOf(ctx: Ctx, { grantId, family, authentication, scope, asked }: Approval): GrantedAuthorization {
  const resource = asked.extensions['resource']?.split(' ') ?? []
  const extensions = Object.fromEntries(Object.entries(asked.extensions).filter(([name]) => ctx.server.lasting.includes(name)))
  return { grantId, family, authentication, scope, resource, extensions }
}
