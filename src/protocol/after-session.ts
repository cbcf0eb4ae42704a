/** What a client keeps when the session ends in which a person signed in to it — OpenID Connect Back-Channel Logout 1.0 §2.7. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'

/** `sid`: that of the tokens, also of those that were made of another client's; undefined or empty where there was no session. */
export async function outlivesSession(
  { store, tenant, now }: Pick<Ctx, 'store' | 'tenant' | 'now'>,
  { policy }: Client,
  sid: string | undefined,
): Promise<boolean> {
  if (policy.after_session === 'keep' || !sid) return true
  return store.signIns.isCurrent(sid, { now: now(), usedSince: now() - tenant.lifetimes.sessionIdle })
}
