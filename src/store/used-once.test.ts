/** What may be used once, on every engine. */
import assert from 'node:assert/strict'
import { atOnce, NOW, onEachEngine } from '../../test/stored.ts'

onEachEngine(
  'of fifty uses of one value one is the first, in each tenant and of each kind; its time may have a fraction',
  async ({ a, b }) => {
    const uses = await atOnce(50, () => a.usedOnce.first('client-assertion', 'jti', NOW + 0.5))
    assert.equal(uses.filter(Boolean).length, 1)
    assert.equal(await a.usedOnce.wasUsed('client-assertion', 'jti'), true)
    assert.equal(await a.usedOnce.wasUsed('dpop-proof', 'jti'), false)
    assert.equal(await a.usedOnce.first('dpop-proof', 'jti', NOW), true)
    assert.equal(await b.usedOnce.first('client-assertion', 'jti', NOW), true)
  },
)
