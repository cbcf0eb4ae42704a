/** ID tokens that come back as hints — OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2. */
import type { Ctx } from './feature.ts'

/**
 * The claims of an ID token of this tenant, which may have expired; undefined for anything else. An access token may be of the type JWT, too:
 * it has a `client_id`, which no ID token has.
 */
export async function idTokenClaims({ keys }: Pick<Ctx, 'keys'>, text: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const claims = await keys.verify(['JWT'], text, undefined)
  return claims && claims['client_id'] === undefined ? claims : undefined
}
