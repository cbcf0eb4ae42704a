/** The caller of a JSON API and their permissions: a person who signed in at it, a machine, or a person through an application. */

import { type Account, isActive } from '../../identity/account.ts'
import type { Administrator } from '../../identity/account-administration.ts'
import { manageableRoles, may, type Permission, type Right, rightsOf, rolesMachinesManage } from '../../identity/roles.ts'
import { bearer } from '../../protocol/access-token.ts'
import { type Client, firstPartyId, scopesOf } from '../../protocol/client.ts'
import { refuse } from '../../protocol/errors.ts'
import type { Request } from '../../protocol/request-reply.ts'
import type { Credential } from '../../protocol/types.ts'
import type { WebTenant } from '../http/route.ts'
import { administrationIdentifier, rightsAmong } from './administration.ts'
import { problem } from './problem.ts'

export interface Caller extends Administrator {
  token: Credential
  /** The rights that the scopes of the token allow; undefined: all rights of the role. */
  scopes: readonly Right[] | undefined
}

export interface CallingPerson extends Caller {
  account: Account
}

/**
 * Accepts only tokens of the sign-in API: those of other clients and API keys were not issued for this. Role and status are the current
 * ones, not those of the token.
 */
export async function callingPerson(tenant: WebTenant, request: Request): Promise<CallingPerson> {
  const token = await bearer(tenant.ctx, request)
  if (token.clientId !== firstPartyId) refuse('insufficient_scope', 'this token was not issued by the sign-in API')
  return personOf(tenant, token, undefined)
}

/** Such a person, or the holder of a token for the administration API. The client's scopes are the current ones too. */
export async function callingAdministrator(tenant: WebTenant, request: Request): Promise<Caller> {
  const identifier = administrationIdentifier(tenant.ctx.issuer)
  const token = await bearer(tenant.ctx, request, [tenant.ctx.issuer, identifier])
  if (token.clientId === firstPartyId) return personOf(tenant, token, undefined)
  if (!token.audience.includes(identifier)) refuse('invalid_token', 'the access token is not for the administration API')
  const client = token.clientId === undefined ? undefined : await tenant.ctx.store.clients.find(token.clientId)
  if (!client) refuse('invalid_token', 'the access token was not issued to a client of this tenant')
  const scopes = scopesNow(token, client)
  if (token.grantId !== undefined) return personOf(tenant, token, scopes)
  return { account: undefined, manageable: rolesMachinesManage, token, scopes }
}

/** Refuses unless both the scopes and the role allow it, where the caller has them. */
export function requirePermission({ account, scopes }: Caller, permission: Permission): void {
  if (scopes && !scopes.some((right) => right === permission)) refuse('insufficient_scope', 'the access token lacks the scope for this')
  if (account && !may(account.role, permission)) problem(403, 'access_denied', 'your role does not allow this')
}

/** All rights of this caller in the tenant. */
export function rightsOfCaller({ account, scopes }: Caller): readonly Right[] {
  const byRole = account ? rightsOf(account.role) : scopes
  return (byRole ?? []).filter((right) => !scopes || scopes.includes(right))
}

/** The scopes that are both granted and registered now. APIs that share an HS256 secret with a client could forge its tokens. */
function scopesNow(token: Credential, client: Client): readonly Right[] {
  if (client.access_token_signed_response_alg === 'HS256')
    refuse('invalid_token', 'tokens of a client that is registered for HS256 are not accepted by the administration API')
  const registered = rightsAmong(scopesOf(client))
  return rightsAmong(token.scope).filter((right) => registered.includes(right))
}

async function personOf(tenant: WebTenant, token: Credential, scopes: readonly Right[] | undefined): Promise<CallingPerson> {
  const account = await tenant.accounts.store.accounts.bySubject(token.subject)
  if (!account || !isActive(account)) refuse('invalid_token', 'the account of the access token is not active')
  return { account, manageable: manageableRoles(account.role), token, scopes }
}
