/** What may be said about a subject — OpenID Connect Core §5.4, §5.5. */
import { claimsFor, claimsOfScope, type SubjectClaims } from './claims.ts'
import type { Ctx, Feature } from './feature.ts'

/** The claims of these scopes. `extra`: what the token was issued with, where features find what else it may tell. */
export async function subjectClaims(
  ctx: Ctx,
  about: Parameters<NonNullable<Feature['userinfoClaims']>>[1] & { known: SubjectClaims },
): Promise<Record<string, unknown>> {
  const claims = {}
  for (const feature of ctx.server.having('userinfoClaims')) Object.assign(claims, await feature.userinfoClaims(ctx, about))
  return Object.assign(claims, claimsFor(about.scope, about.known))
}

/** The scope that asks for a claim in this tenant; undefined where there is none. */
export function scopeOfClaim({ tenant }: Ctx, claim: string): string | undefined {
  const [standard] = Object.entries(claimsOfScope).find(([, names]) => names.includes(claim)) ?? []
  const own = tenant.attributes.find((attribute) => attribute.claim === claim)?.scope
  return standard ?? own ?? (Object.hasOwn(tenant.scopes, claim) ? claim : undefined) // a claim of the scope of its own name
}
