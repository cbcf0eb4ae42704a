/** Token revocation — RFC 7009. */
import { findAccessToken } from '../access-token.ts'
import { authenticateClient } from '../client-auth.ts'
import { refuse } from '../errors.ts'
import type { Feature } from '../feature.ts'
import type { Ctx, Endpoint } from '../types.ts'

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
    const found = await find(ctx, params.need('token')) // The hint is not needed: a token tells its kind. §2.1
    if (found && found.clientId !== client.client_id) refuse('invalid_grant', 'the token was issued to another client') // §2.1
    if (found) await ctx.store.revocations.add([found.id], found.until)
    return { kind: 'json', status: 200, headers: { 'cache-control': 'no-store' } } // §2.2: also for an unknown token.
  },
}

/** What to take back: an access token alone; with a refresh token all of its family. */
async function find(ctx: Ctx, text: string): Promise<{ id: string; clientId: string; until: number } | undefined> {
  const hash = ctx.tokens.hash('rt', text)
  if (hash === undefined) {
    const token = await findAccessToken(ctx, text)
    return token && { id: token.jti, clientId: token.clientId, until: token.expiresAt }
  }
  const token = await ctx.store.refreshTokens.find(hash)
  const { lifetimes } = ctx.tenant
  const until = ctx.now() + Math.max(lifetimes.refreshToken, lifetimes.accessToken)
  return token && { id: token.family, clientId: token.clientId, until }
}

export function revocation(): Feature {
  return { id: 'revocation', spec: 'RFC 7009', requires: ['token'], endpoints: [endpoint] }
}
