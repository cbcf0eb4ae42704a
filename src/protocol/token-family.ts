/** A token family: all tokens issued from one sign-in at one client, revoked together — RFC 9700 §4.14.2, RFC 6749 §4.1.2. */
import { maxAccessTokenLifetime } from './client.ts'
import type { Ctx } from './feature.ts'

/** Revokes the family. The revocation is kept until its last access token has expired, whatever lifetime was set when that was issued. */
export async function revokeFamily(ctx: Ctx, family: string): Promise<void> {
  await ctx.store.revocations.add([family], ctx.now() + maxAccessTokenLifetime)
}
