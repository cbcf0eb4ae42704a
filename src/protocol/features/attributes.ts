/** Claims that a tenant defines, and the scopes that ask for them — OpenID Connect Core §5.1.2, §5.4. */
import type { SubjectClaims } from '../claims.ts'
import type { Ctx, Feature } from '../feature.ts'
import { hasScopeClaims } from '../id-token.ts'
import { claimsForToken } from '../token-size.ts'

/** The claims that these scopes ask for, of a subject with these attributes. */
function asked({ tenant }: Ctx, scope: readonly string[], known: SubjectClaims): [claim: string, value: unknown][] {
  const values = known['attributes'] as Readonly<Record<string, unknown>>
  return tenant.attributes
    .filter((attribute) => scope.includes(attribute.scope) && Object.hasOwn(values, attribute.name))
    .map(({ name, claim }) => [claim, values[name]])
}

export function attributes(): Feature {
  return {
    id: 'attributes',
    spec: 'OpenID Connect Core §5.1.2',
    requires: ['userinfo'],
    claims: (ctx) => ctx.tenant.attributes.map(({ claim }) => claim),
    userinfoClaims: async (ctx, { scope, known }) => Object.fromEntries(asked(ctx, scope, known)),
    async idTokenClaims(ctx, issuance) {
      const known = hasScopeClaims(issuance) ? await ctx.people.claims(issuance.subject) : undefined
      return known ? claimsForToken(asked(ctx, issuance.scope, known)) : {}
    },
  }
}
