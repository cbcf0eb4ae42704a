/** First attempts that an answer waits for, but not for long. */
import { setTimeout } from 'node:timers/promises'
import type { IdentityStore } from '../identity/store.ts'
import type { BackgroundTasks } from './background-tasks.ts'
import type { OutboxDelivery } from './delivery.ts'

/** The longest that an answer waits, in milliseconds. */
const longestDelay = 2000
/** More messages than these are left to the periodic task. */
const maxAtOnce = 50

export type AttemptSoon = (tenant: string, ids: readonly string[]) => Promise<void>

/** Resolves when these messages have been attempted, or earlier, while the attempts go on. */
export function attemptSoon(delivery: Pick<OutboxDelivery, 'deliverThese'>, tasks: BackgroundTasks): AttemptSoon {
  return async (tenant, ids) => {
    if (ids.length === 0) return
    const attempted = Promise.withResolvers<void>()
    tasks.start(() => delivery.deliverThese(tenant, ids.slice(0, maxAtOnce)).finally(attempted.resolve))
    const answered = new AbortController()
    await Promise.race([attempted.promise, setTimeout(longestDelay, undefined, answered).catch(() => undefined)])
    answered.abort()
  }
}

/** The sessions, except that applications are told of the end of one before whoever ended it is answered. Back-Channel Logout 1.0 §2.5 */
export function telling(sessions: IdentityStore['sessions'], soon: (ids: readonly string[]) => Promise<void>): IdentityStore['sessions'] {
  return {
    ...sessions,
    async end(which) {
      const ended = await sessions.end(which)
      await soon(ended.flatMap(({ messages }) => messages))
      return ended
    },
  }
}
