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

/**
 * One after another: nobody waits for them. What fails is told by the refresh, and is due again later. Entries of tenants that are suspended or
 * cannot be opened stay due, however many there are, and keep those of the others waiting for no longer than this.
 */
export async function refreshDue({ queue, now, vaultOf, warn }: DueDeps): Promise<void> {
  const closed = new Set<string>()
  let isDone = false
  while (!isDone) {
    isDone = true
    for (const { tenant, id } of await queue.due({ now: now(), limit: batch, except: [...closed] })) {
      if (closed.has(tenant)) continue
      const vault = await vaultOf(tenant).catch((err: Error) => {
        warn({ tenant, why: err.message }, 'a tenant cannot be opened, so its upstream tokens are not kept alive')
        return undefined
      })
      if (vault) await keepAlive(vault, id).catch((err: Error) => warn({ tenant, entry: id, why: err.message }, lost))
      else {
        closed.add(tenant)
        isDone = false
      }
    }
  }
}

const lost = 'an upstream token could not be kept alive'
