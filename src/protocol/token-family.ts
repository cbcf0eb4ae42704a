/** A token family: all tokens that come of one sign-in at one client, taken back together — RFC 9700 §4.14.2, RFC 6749 §4.1.2. */
import { maxAccessTokenLifetime } from './client.ts'
import type { Ctx } from './feature.ts'

/** Takes back the family, and remembers it until the last access token of it has expired, whatever lifetimes were set to when it was made. */
export async function revokeFamily(ctx: Ctx, family: string): Promise<void> {
  await ctx.store.revocations.add([family], ctx.now() + maxAccessTokenLifetime)
}
