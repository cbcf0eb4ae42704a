/** API keys of people and services, for programs that cannot use OAuth, accepted in place of access tokens — Gatehouse API keys. */
import { presentAudience } from '../access-token.ts'
import type { CredentialKind, Feature } from '../feature.ts'

/** The use of a key is recorded at most once in this many seconds. */
const noteEvery = 60

const apiKey: CredentialKind = {
  header: 'x-api-key',
  async find(ctx, text) {
    const hash = ctx.tokens.hash('ak', text)
    const key = hash === undefined ? undefined : await ctx.store.apiKeys.find(hash, ctx.now())
    if (!key) return undefined
    if (key.lastUsedAt === undefined || key.lastUsedAt <= ctx.now() - noteEvery) await ctx.store.apiKeys.used(key.id, ctx.now(), noteEvery)
    return {
      jti: key.id,
      clientId: undefined,
      subject: key.subject,
      audience: await presentAudience(ctx, { audience: [ctx.issuer, ...key.resource], issuedAt: key.createdAt }),
      scope: key.scope,
      issuedAt: key.createdAt,
      expiresAt: key.expiresAt,
      grantId: undefined,
      family: undefined,
      cnf: undefined,
      authTime: undefined,
      acr: undefined,
      amr: undefined,
      sid: undefined,
      extra: { username: key.username },
    }
  },
}

export function apiKeys(): Feature {
  return { id: 'apiKeys', spec: 'Gatehouse API keys', credentials: [apiKey] }
}
