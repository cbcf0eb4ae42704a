/** A token family: all tokens issued from one sign-in at one client, revoked together — RFC 9700 §4.14.2, RFC 6749 §4.1.2. */
import type { AuditEvent } from './audit-events.ts'
import { maxAccessTokenLifetime } from './client.ts'
import type { Ctx } from './feature.ts'

/** Revokes the family. The revocation is kept until its last access token has expired, whatever lifetime was set when that was issued. */
export async function revokeFamily(ctx: Ctx, family: string): Promise<void> {
  await ctx.store.revocations.add([family], ctx.now() + maxAccessTokenLifetime)
}

/** Something was used a second time: what its first use gave ends. Returns what the audit log is told with the refusal. RFC 6749 §4.1.2, RFC 9700 §4.14.2 */
export async function endReused(ctx: Ctx, clientId: string, family: string): Promise<AuditEvent> {
  await revokeFamily(ctx, family)
  return { act: 'token.reuse', outcome: 'failure', by: { type: 'client', id: clientId }, target: family }
}
