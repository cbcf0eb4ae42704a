/** Token revocation — RFC 7009. */
import { findAccessToken } from '../access-token.ts'
import type { Client } from '../client.ts'
import { authenticateClient } from '../client-auth.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { revokeFamily } from '../token-family.ts'

const endpoint: Endpoint = {
  path: '/revoke',
  advertisedAs: 'revocation_endpoint',
  methods: ['POST'],
  audience: 'program',
  cors: 'clients',
  clientAuth: 'any',
  async handle(ctx, request) {
    const { params } = request
    params.check(ctx.server.mayRepeat)
    const client = await authenticateClient(ctx, request)
    const target = await revokeToken(ctx, client, params.need('token')) // The hint is not needed: the text of a token shows its kind. §2.1
    const done = { act: 'token.revoke', outcome: 'success', by: { type: 'client', id: client.client_id }, target } as const
    return { kind: 'json', status: 200, headers: { 'cache-control': 'no-store' }, auditEvents: target === undefined ? [] : [done] } // §2.2: also for an unknown token.
  },
}

/** Revokes an access token, or the whole family of a refresh token. Returns what was revoked: a family or a jti. */
async function revokeToken(ctx: Ctx, client: Client, text: string): Promise<string | undefined> {
  for (const feature of ctx.server.having('revokeToken')) {
    const other = await feature.revokeToken(ctx, { client, text })
    if (other) return other.revoked
  }
  const hash = ctx.tokens.hash('rt', text)
  const refresh = hash === undefined ? undefined : await ctx.store.refreshTokens.find(hash)
  const access = hash === undefined ? await findAccessToken(ctx, text) : undefined
  const { clientId = client.client_id } = refresh ?? access ?? {}
  if (clientId !== client.client_id) refuse('invalid_grant', 'the token was issued to another client') // §2.1
  if (refresh) await revokeFamily(ctx, refresh.family)
  if (access) await ctx.store.revocations.add([access.jti], access.expiresAt)
  return refresh?.family ?? access?.jti
}

export function revocation(): Feature {
  return { id: 'revocation', spec: 'RFC 7009', requires: ['token'], endpoints: [endpoint] }
}
