/** Claims of an access token that a client's registration adds — RFC 9068 §2.2.3. */
import type { Ctx, Feature } from '../feature.ts'
import type { Issuance, Target } from '../types.ts'

/** A claim that is always the same, or one looked up: of the client, of the person, or of the token itself. */
async function claims(ctx: Ctx, { client, subject, lasting }: Issuance, target: Target): Promise<Record<string, unknown>> {
  const { access_token_claims: fixed, access_token_claim_sources: sources } = client
  const wanted = Object.entries(sources)
  if (wanted.length === 0) return fixed
  const account = lasting && (await ctx.people.claims(subject))
  const known: Record<string, object> = { client, account: account ?? {}, token: { scope: target.scope.join(' ') } }
  const found = wanted.map(([name, source]) => {
    const [of = '', member = ''] = source.split('.')
    return [name, (known[of] as Record<string, unknown>)[member]] // JSON leaves out what is undefined
  })
  return { ...fixed, ...Object.fromEntries(found) }
}

export function customClaims(): Feature {
  return {
    id: 'customClaims',
    spec: 'RFC 9068 §2.2.3',
    requires: ['token'],
    accessClaims: (ctx, { issuance, target }) => claims(ctx, issuance, target),
  }
}
