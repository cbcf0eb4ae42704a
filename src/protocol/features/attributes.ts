/** Claims that a tenant defines for itself, and the scopes that ask for them — OpenID Connect Core §5.1.2, §5.4. */
import type { Feature } from '../feature.ts'

export function attributes(): Feature {
  return {
    id: 'attributes',
    spec: 'OpenID Connect Core §5.1.2',
    requires: ['userinfo'],
    claims: (ctx) => ctx.tenant.attributes.map(({ claim }) => claim),
    async userinfoClaims(ctx, { scope, known }) {
      const values = known['attributes'] as Readonly<Record<string, unknown>>
      const asked = ctx.tenant.attributes.filter((attribute) => scope.includes(attribute.scope) && Object.hasOwn(values, attribute.name))
      return Object.fromEntries(asked.map(({ name, claim }) => [claim, values[name]]))
    },
  }
}
