/** The groups a person is in, as a claim — RFC 9068 §2.2.3.1, RFC 7643 §4.1.2. */

import type { Feature } from '../feature.ts'
import { groupsForToken } from '../token-size.ts'

const scope = 'groups'

export function groups(): Feature {
  return {
    id: 'groups',
    spec: 'RFC 9068 §2.2.3.1',
    requires: ['openid'],
    scopes: { [scope]: 'See which groups you are in' },
    claims: () => ['groups'],
    async idTokenClaims(ctx, { subject, scope: granted }) {
      return granted.includes(scope) ? { groups: groupsForToken(await ctx.people.groups(subject)) } : {}
    },
    async userinfoClaims(ctx, { subject, scope: granted }) {
      return granted.includes(scope) ? { groups: await ctx.people.groups(subject) } : {}
    },
  }
}
