/** Clients that registered themselves: what they may do before anybody trusts them, and how long they stay — RFC 7591 §5. */
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'

/** Seconds for which a client stays that nobody has signed in to, where anyone can make one known. */
export const quarantine = 86_400

/** A use is noted at most once in so many seconds. */
const noteEvery = 86_400

/** Until somebody has signed in to it, a client may ask people to, and nothing else. */
export function refuseQuarantined(client: Client): void {
  if (client.quarantined)
    refuse('unauthorized_client', 'nobody has signed in to this client yet; until then it can only ask people to sign in')
}

/** Keeps a client that is in use from being deleted, and lets it out of quarantine. */
export async function noteUse(ctx: Ctx, client: Client): Promise<void> {
  if (client.expiresAt === undefined) return
  const until = ctx.now() + ctx.tenant.registration.unusedFor
  if (client.quarantined || client.expiresAt < until - noteEvery) await ctx.store.registrations.used(client.client_id, until)
}
