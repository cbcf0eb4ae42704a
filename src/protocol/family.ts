/** A token family: all tokens that come of one sign-in at one client, taken back together — RFC 9700 §4.14.2, RFC 6749 §4.1.2. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'

/** Takes back the family, and remembers it until the last token that this client may hold of it has expired. */
export async function revokeFamily(ctx: Ctx, client: Client, family: string): Promise<void> {
  const { accessToken, refreshToken } = ctx.tenant.lifetimes
  const longest = Math.max(client.access_token_lifetime ?? accessToken, client.refresh_token_lifetime ?? refreshToken)
  await ctx.store.revocations.add([family], ctx.now() + longest)
}
