/** Refresh tokens that would expire because nobody asks for them are used in time, in all tenants. */
import type { VaultDeps } from './deps.ts'
import type { VaultQueue } from './store.ts'
import { keepAlive } from './vend.ts'

/** Entries of one round. */
const batch = 50

interface DueDeps {
  queue: VaultQueue
  now(): number
  /** The vault of the tenant with this id; undefined when it is gone or suspended. */
  vaultOf(tenant: string): Promise<VaultDeps | undefined>
  warn(what: object, text: string): void
}

/** One after another: nobody waits for them. What fails is told by the refresh, and is due again later. */
export async function refreshDue({ queue, now, vaultOf, warn }: DueDeps): Promise<void> {
  for (const { tenant, id } of await queue.due({ now: now(), limit: batch })) {
    const vault = await vaultOf(tenant)
    if (vault)
      await keepAlive(vault, id).catch((err: Error) =>
        warn({ tenant, entry: id, why: err.message }, 'an upstream token could not be kept alive'),
      )
  }
}
