/** Refresh token grant — RFC 6749 §6, with rotation as in RFC 9700 §4.14.2. */
import { type Client, isVoid } from '../client.ts'
import { checkInstance } from '../client-auth.ts'
import { refuse, refuseAudited } from '../errors.ts'
import type { Ctx, Feature, GrantType, TokenRequest } from '../feature.ts'
import { endReused } from '../token-family.ts'
import type { Issuance, RefreshToken } from '../types.ts'

const unknown = 'refresh_token is unknown, expired or revoked'

const grantType: GrantType = {
  name: 'refresh_token',
  needsPerson: true,
  async redeem(ctx, ask) {
    const { params, client } = ask
    const text = params.need('refresh_token')
    const token = await liveToken(ctx, text)
    checkHolder(token, ask)
    const scope = narrowed(params.words('scope'), token.scope)

    if (client.policy.refresh_rotation === 'keep' && token.usedAt === undefined)
      return issuance(client, token, scope, { kind: 'keep', token: text })
    if (token.usedAt !== undefined) return issuance(client, token, scope, await sameSuccessor(ctx, token, text))
    return {
      ...issuance(client, token, scope, { kind: 'next', token: ctx.tokens.successor(text) }),
      spends: { kind: 'refresh', hash: token.hash, alreadySpent: () => this.redeem(ctx, ask) },
    }
  },
}

async function liveToken(ctx: Ctx, text: string): Promise<RefreshToken> {
  const hash = ctx.tokens.hash('rt', text)
  const token = hash === undefined ? undefined : await ctx.store.refreshTokens.find(hash)
  return token && token.expiresAt > ctx.now() ? token : refuse('invalid_grant', unknown)
}

function checkHolder(token: RefreshToken, { client, binding, instance }: TokenRequest): void {
  if (token.clientId !== client.client_id) refuse('invalid_grant', unknown, 'another client') // §6
  if (isVoid(client, token.issuedAt)) refuse('invalid_grant', unknown, 'issued before the client was disabled')
  const { cnf } = token
  const same = !cnf || Object.entries(cnf).every(([method, value]) => binding?.cnf[method] === value)
  if (!same) refuse('invalid_grant', 'refresh_token is bound to another key') // RFC 9449 §5
  checkInstance(token, instance)
}

/** §6: the client may only ask for less. The refresh token keeps the whole scope. */
function narrowed(asked: readonly string[], granted: readonly string[]): readonly string[] {
  if (!asked.every((s) => granted.includes(s))) refuse('invalid_scope', 'scope exceeds what was granted')
  return asked.length > 0 ? asked : granted
}

/**
 * A token that was used before. Within the grace period it is a request repeated after a lost answer, or sent twice at once:
 * it gets the same successor. Later, or once the successor was used, two parties may hold it: the family is revoked.
 */
async function sameSuccessor(ctx: Ctx, token: RefreshToken, text: string): Promise<Issuance['refresh']> {
  const successor = ctx.tokens.successor(text)
  const next = await ctx.store.refreshTokens.find(ctx.tokens.hash('rt', successor) as string)
  const repeated = (token.usedAt as number) + ctx.tenant.lifetimes.refreshGrace > ctx.now()
  if (repeated && next && next.usedAt === undefined) return { kind: 'keep', token: successor }
  const reuse = { ...(await endReused(ctx, token.clientId, token.family)), detail: { user: token.authentication.subject } }
  return refuseAudited(reuse, 'invalid_grant', 'refresh_token was already used; the tokens of this sign-in are revoked')
}

function issuance(client: Client, token: RefreshToken, scope: readonly string[], refresh: Issuance['refresh']): Issuance {
  const { grantId, family, authentication, resource, extensions } = token
  const authorization = { grantId, family, authentication, scope: token.scope, resource, extensions }
  return { client, subject: authentication.subject, scope, authorization, refresh }
}

export function refreshToken(): Feature {
  return {
    id: 'refreshToken',
    serves: { refresh_rotation: ['keep'] },
    spec: 'RFC 6749 §6',
    requires: ['token', 'authorizationCode'],
    grantTypes: [grantType],
    scopes: { offline_access: 'Keep this access while you are away' }, // OpenID Connect Core §11
  }
}
