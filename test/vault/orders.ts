/** Many orders on one database, some of them at the same time. */
import { openDatabase } from '../../src/store/open.ts'
import { tenantStore } from '../../src/store/tenant.ts'
import { migrated } from '../databases.ts'
import { NOW } from '../stored.ts'
import { type Played, playOrder } from './order.ts'
import { faultNames } from './world.ts'

const atOnce = 24

interface Ask {
  engine: keyof typeof migrated
  seed: number
  orders: number
  progress(text: string): void
}

/** What happened, in words. Rejects at the first order that is not as it must be. */
export async function playOrders({ engine, seed, orders, progress }: Ask): Promise<string> {
  const { url, close } = await migrated[engine]()
  const db = await openDatabase(url)
  const played: Played[] = []
  let next = seed
  const player = async () => {
    while (next < seed + orders) {
      const mine = next++
      played.push(
        await playOrder(
          tenantStore(db, 'a', () => NOW),
          mine,
        ),
      )
      if (played.length % 1000 === 0) progress(`${engine}: ${played.length} orders`)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, player))
  } finally {
    await db.close()
    await close()
  }
  const sum = (of: (one: Played) => number) => played.reduce((total, one) => total + of(one), 0)
  const faults = faultNames.map((name) => `${sum((one) => one.faults[name])} ${name}`).join(', ')
  return `${played.length} orders, ${sum(({ callers }) => callers)} callers, ${sum(({ requests }) => requests)} refreshes (${faults}): none at once, none of another owner, ${sum(({ lost }) => lost)} entries ended by a provider that takes each token once, none lost that could be kept`
}
