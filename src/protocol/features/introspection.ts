/** Token introspection — RFC 7662. */
import { findCredential } from '../access-token.ts'
import { outlivesSession } from '../after-session.ts'
import { mayUse } from '../assignment.ts'
import { isVoid } from '../client.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { authenticateIntrospector, concerns, visibleScope } from '../introspector.ts'
import { toldSubject } from '../subject.ts'
import type { Credential, Introspector, RefreshToken } from '../types.ts'

const endpoint: Endpoint = {
  path: '/introspect',
  advertisedAs: 'introspection_endpoint',
  methods: ['POST'],
  audience: 'program',
  clientAuth: 'confidential', // §2.1, §4: or the endpoint would be an oracle.
  async handle(ctx, request) {
    const { params } = request
    params.check(ctx.server.mayRepeat)
    const caller = await authenticateIntrospector(ctx, request)
    const body = (await describe(ctx, caller, params.need('token'))) ?? { active: false } // §2.2
    for (const feature of ctx.server.having('respondIntrospection')) {
      const otherForm = await feature.respondIntrospection(ctx, { request, caller, body })
      if (otherForm) return otherForm
    }
    return { kind: 'json', status: 200, headers: { 'cache-control': 'no-store' }, body }
  },
}

/** Undefined for a token that is not in force, or that the caller may not introspect. */
async function describe(ctx: Ctx, caller: Introspector, text: string): Promise<object | undefined> {
  const hash = ctx.tokens.hash('rt', text)
  if (hash !== undefined) return describeRefreshToken(ctx, caller, await ctx.store.refreshTokens.find(hash))
  const token = await findCredential(ctx, text)
  if (!token || !concerns(token, caller)) return undefined
  const account = token.grantId === undefined ? {} : (token.person ?? (await ctx.people.claims(token.subject)))
  return (
    account && {
      ...describeAccessToken(ctx, token, visibleScope(token, caller)),
      sub: await toldSubject(ctx, token),
      username: account['preferred_username'] ?? token.extra['username'],
    }
  )
}

function describeAccessToken(ctx: Ctx, token: Credential, scope: readonly string[]): object {
  const { audience, cnf } = token
  return {
    ...token.extra,
    active: true,
    iss: ctx.issuer,
    aud: audience.length === 1 ? audience[0] : audience,
    client_id: token.clientId,
    scope: scope.length > 0 ? scope.join(' ') : undefined,
    token_type: tokenType(token),
    iat: token.issuedAt,
    exp: token.expiresAt,
    jti: token.jti,
    auth_time: token.authTime,
    acr: token.acr,
    amr: token.amr,
    cnf,
  }
}

/** A credential that was not issued to a client has no OAuth token type: RFC 8693 §2.2.1. */
function tokenType({ clientId, cnf }: Credential): string {
  if (clientId === undefined) return 'N_A'
  return cnf?.['jkt'] ? 'DPoP' : 'Bearer'
}

async function describeRefreshToken(ctx: Ctx, caller: Introspector, token: RefreshToken | undefined): Promise<object | undefined> {
  if (!token || token.usedAt !== undefined || token.expiresAt <= ctx.now() || token.clientId !== caller.clientId) return undefined
  const { subject } = token.authentication
  const { clientId, scope, issuedAt, expiresAt } = token
  const client = await ctx.store.clients.find(clientId)
  if (!client || isVoid(client, issuedAt) || !(await mayUse(ctx, client, subject)) || !(await ctx.people.claims(subject))) return undefined
  if (!(await outlivesSession(ctx, client, token.authentication.sid))) return undefined
  return {
    active: true,
    iss: ctx.issuer,
    sub: await toldSubject(ctx, { ...token, subject }),
    client_id: clientId,
    scope: scope.join(' ') || undefined,
    iat: issuedAt,
    exp: expiresAt,
  }
}

export function introspection(): Feature {
  return { id: 'introspection', spec: 'RFC 7662', requires: ['token'], endpoints: [endpoint] }
}
