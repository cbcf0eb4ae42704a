/** Orders of callers, nodes, crashes and faults of the provider: some of the many that `npm run test:vault` tries. */
import assert from 'node:assert/strict'
import { accessTokenOf } from '../../src/vault/vend.ts'
import { onEachEngine } from '../stored.ts'
import { keptEntry, playOrder, seeded } from './order.ts'
import { vaultWorld } from './world.ts'

const orders = 25

onEachEngine(
  `${orders} orders: no entry is lost that could be kept, none is refreshed twice at once, none opens for another`,
  async ({ a }) => {
    for (let seed = 1; seed <= orders; seed++) await playOrder(a, seed)
  },
)

onEachEngine('fifty callers of one expired entry on three nodes cause one request', async ({ a }) => {
  const world = vaultWorld(a, seeded(7), { rotation: 'strict', faults: 0, nodes: 3 })
  const id = await keptEntry(world, 'owner')
  const vended = await Promise.all(Array.from({ length: 50 }, (_, i) => accessTokenOf(world.nodes[i % 3]!, id)))
  assert.equal(new Set(vended.map((token) => token?.accessToken)).size, 1)
  assert.equal(world.requests(), 1)
})
