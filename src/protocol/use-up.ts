/** Uses up what proves a request, in one act, so that a request that is refused uses up nothing. */
import type { SingleUse, UsedOnceStore } from './used-once.ts'

/** All of them. Refuses when one was used before; then the others can still be used. */
export async function useUp({ usedOnce }: UsedOnceStore, uses: readonly SingleUse[]): Promise<void> {
  if (uses.length > 0 && !(await usedOnce.all(uses))) await refuseUsed({ usedOnce }, uses)
}

/** When an act that would have used them up found that one was used before. */
export async function refuseUsed({ usedOnce }: UsedOnceStore, uses: readonly SingleUse[]): Promise<never> {
  const used = await Promise.all(uses.map(({ kind, id }) => usedOnce.wasUsed(kind, id)))
  return (uses[used.indexOf(true)] ?? uses[0]!).refuse()
}
