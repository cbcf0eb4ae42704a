/** Claims of an access token that the registrations of its client and of its resources add — RFC 9068 §2.2.3. */
import type { Ctx, Feature } from '../feature.ts'
import { claimsForToken, groupsForToken } from '../token-size.ts'
import type { Issuance, Target } from '../types.ts'

/** Claims with a fixed value, and claims that are looked up in the client, the person or the token itself. */
async function claims(ctx: Ctx, { client, subject, authorization }: Issuance, target: Target): Promise<Record<string, unknown>> {
  const fixed = client.access_token_claims
  const wanted = Object.entries({ ...client.access_token_claim_sources, ...target.claimSources })
  if (wanted.length === 0) return fixed
  const account = authorization && (await ctx.people.claims(subject))
  const asksForGroups = wanted.some(([, source]) => source === 'account.groups')
  const groups = account && asksForGroups ? groupsForToken(await ctx.people.groups(subject)) : undefined
  const known: unknown = { client, account: { ...account, groups }, token: { scope: target.scope.join(' ') } }
  const found = wanted.map(([name, source]) => {
    return [name, source.split('.').reduce(memberOf, known)] as const // JSON leaves out what is undefined
  })
  return { ...fixed, ...claimsForToken(found) }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

export function customClaims(): Feature {
  return {
    id: 'customClaims',
    spec: 'RFC 9068 §2.2.3',
    requires: ['token'],
    accessClaims: (ctx, { issuance, target }) => claims(ctx, issuance, target),
  }
}
