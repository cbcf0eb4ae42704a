/** Token introspection — RFC 7662. */
import { findAccessToken } from '../access-token.ts'
import type { Client } from '../client.ts'
import { authenticateConfidentialClient } from '../client-auth.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import type { AccessToken, RefreshToken } from '../types.ts'

const endpoint: Endpoint = {
  path: '/introspect',
  advertisedAs: 'introspection_endpoint',
  methods: ['POST'],
  audience: 'program',
  clientAuth: 'confidential', // §2.1, §4: or the endpoint would be an oracle.
  async handle(ctx, request) {
    const { params } = request
    params.check(ctx.server.mayRepeat)
    const caller = await authenticateConfidentialClient(ctx, request)
    const body = (await describe(ctx, caller, params.need('token'))) ?? { active: false } // §2.2
    return { kind: 'json', status: 200, headers: { 'cache-control': 'no-store' }, body }
  },
}

/** Undefined for whatever is not in force, and for what does not concern the caller. */
async function describe(ctx: Ctx, caller: Client, text: string): Promise<object | undefined> {
  const hash = ctx.tokens.hash('rt', text)
  if (hash !== undefined) return describeRefreshToken(ctx, caller, await ctx.store.refreshTokens.find(hash))
  const token = await findAccessToken(ctx, text)
  if (!token || !concerns(token, caller)) return undefined
  const account = token.grantId === undefined ? {} : await ctx.people.claims(token.subject)
  return account && { ...describeAccessToken(ctx, token), username: account['preferred_username'] }
}

/** Its own client, and the resource servers it is for. */
function concerns({ clientId, audience }: AccessToken, caller: Client): boolean {
  return clientId === caller.client_id || (caller.resource_server !== undefined && audience.includes(caller.resource_server))
}

function describeAccessToken(ctx: Ctx, token: AccessToken): object {
  const { audience, scope, cnf } = token
  return {
    ...token.extra,
    active: true,
    iss: ctx.issuer,
    sub: token.subject,
    aud: audience.length === 1 ? audience[0] : audience,
    client_id: token.clientId,
    scope: scope.length > 0 ? scope.join(' ') : undefined,
    token_type: cnf?.['jkt'] ? 'DPoP' : 'Bearer',
    iat: token.issuedAt,
    exp: token.expiresAt,
    jti: token.jti,
    auth_time: token.authTime,
    acr: token.acr,
    amr: token.amr,
    cnf,
  }
}

async function describeRefreshToken(ctx: Ctx, caller: Client, token: RefreshToken | undefined): Promise<object | undefined> {
  if (!token || token.usedAt !== undefined || token.expiresAt <= ctx.now() || token.clientId !== caller.client_id) return undefined
  const { subject } = token.authentication
  if (!(await ctx.people.claims(subject))) return undefined
  const { clientId, scope, issuedAt, expiresAt } = token
  return { active: true, iss: ctx.issuer, sub: subject, client_id: clientId, scope: scope.join(' ') || undefined, iat: issuedAt, exp: expiresAt }
}

export function introspection(): Feature {
  return { id: 'introspection', spec: 'RFC 7662', requires: ['token'], endpoints: [endpoint] }
}
