/** The client of the sign-in API's tokens. It is computed from the configuration and not stored. */
import { type Client, clientSchema, firstPartyId, scopesOf } from '../../protocol/client.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { Server } from '../../protocol/feature.ts'
import { issueTokens } from '../../protocol/issue-tokens.ts'
import { Params } from '../../protocol/params.ts'
import type { Keys, Store } from '../../protocol/ports.ts'
import { signedIn } from '../../protocol/signed-in.ts'
import type { Issuance, SignInProof } from '../../protocol/types.ts'
import type { WebTenant } from '../http/route.ts'
import { Problem, problem } from './problem.ts'

/**
 * By the tenant. A public client: it authenticates by nothing but its refresh tokens. It has no redirect URI, so it cannot start a flow.
 * Lifetimes in seconds.
 */
export function firstPartyClients(
  server: Server,
  algs: Keys['algs'],
  { accessToken, refreshToken }: { accessToken: number; refreshToken: number },
): (tenant: string) => Client {
  const alg = algs.includes('RS256') ? 'RS256' : (algs[0] as Keys['algs'][number])
  const metadata = clientSchema.parse({
    client_id: firstPartyId,
    client_name: 'Sign-in API',
    grant_types: ['password', 'refresh_token'].filter((name) => server.grantTypes.has(name)),
    response_types: [],
    token_endpoint_auth_method: 'none',
    scope: ['openid', 'profile', 'email', 'offline_access'].filter((name) => name in server.scopes).join(' '),
    id_token_signed_response_alg: alg,
    access_token_signed_response_alg: alg,
    access_token_lifetime: accessToken,
    refresh_token_lifetime: refreshToken,
    access_token_claim_sources: { email: 'account.email', role: 'account.role' },
    policy: { consent: 'skip' },
  })
  return (tenant) => ({ ...metadata, access_token_claims: { org_id: tenant }, secretHashes: [], tokensFrom: 0 })
}

/** RFC 6749 §5.1. */
export interface TokenResponse {
  access_token: string
  refresh_token?: string
  token_type: string
  expires_in: number
  id_token?: string
}

/** `sid`: of the session to which the tokens belong. */
export function tokensFor(tenant: WebTenant, proof: SignInProof, sid: string): Promise<TokenResponse> {
  const { ctx, firstParty: client } = tenant
  return authenticated(async () => tokenResponse(tenant, await signedIn(ctx, { client, proof, scope: scopesOf(client), sid })))
}

/** The refresh token grant: the token rotates, and reuse revokes its family. */
export function refreshed(tenant: WebTenant, refreshToken: string, address: string): Promise<TokenResponse> {
  const { ctx, firstParty: client } = tenant
  const grantType = ctx.server.grantTypes.get('refresh_token') ?? problem(404, 'not_found', 'refresh tokens are not offered here')
  const params = new Params([['refresh_token', refreshToken]])
  return authenticated(async () =>
    tokenResponse(tenant, await grantType.redeem(ctx, { params, client, binding: undefined, instance: undefined, address })),
  )
}

/** Turns `invalid_grant` into a 401, which is what callers of a sign-in API expect. */
async function authenticated(work: () => Promise<TokenResponse>): Promise<TokenResponse> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'invalid_grant') throw error
    const refusal = new Problem(401, 'invalid_grant', error.description)
    refusal.auditEvents.push(...error.auditEvents)
    throw refusal
  }
}

async function tokenResponse({ ctx }: WebTenant, issuance: Issuance): Promise<TokenResponse> {
  const audience = ctx.firstPartyAudience === undefined ? [ctx.issuer] : [ctx.firstPartyAudience, ctx.issuer]
  const reply = await issueTokens(ctx, { ...issuance, audience }, { params: new Params([]), binding: undefined })
  return (reply as unknown as { body: TokenResponse }).body
}

/** The clients of a tenant with our own among them, which take precedence over stored ones. */
export function withOwnClients(clients: Store['clients'], own: readonly Client[]): Store['clients'] {
  return { ...clients, find: async (id) => own.find((client) => client.client_id === id) ?? clients.find(id) }
}
