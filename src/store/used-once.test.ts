/** What may be used once, on every engine. */
import assert from 'node:assert/strict'
import { atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import { aPushedRequest } from '../../test/tenant-content.ts'

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

onEachEngine('several values are used up together or not at all, and a pushed request with what proves it', async ({ a, b }) => {
  const value = (id: string) => ({ kind: 'client-assertion', id, expiresAt: NOW + 60 }) as const
  const proof = (id: string) => ({ kind: 'dpop-proof', id, expiresAt: NOW + 60 }) as const
  const uses = await atOnce(20, (i) => a.usedOnce.all([value('one'), proof(`proof${i}`)]))
  assert.equal(uses.filter(Boolean).length, 1, 'one wins')
  const used = await Promise.all(uses.map((_, i) => a.usedOnce.wasUsed('dpop-proof', `proof${i}`)))
  assert.deepEqual(used, uses, 'what came with the others was not used up')
  assert.equal(await a.usedOnce.all([value('two'), proof(`proof${uses.indexOf(true)}`)]), false)
  assert.equal(await a.usedOnce.wasUsed('client-assertion', 'two'), false)

  const pushed = (hash: string) => ({ ...aPushedRequest('1'), hash, expiresAt: NOW + 60 })
  assert.equal(await a.pushedRequests.add(pushed('refused'), [value('two'), value('one')]), false)
  assert.deepEqual([await a.pushedRequests.find('refused', NOW), await a.usedOnce.wasUsed('client-assertion', 'two')], [undefined, false])
  assert.equal(await a.pushedRequests.add(pushed('kept'), [value('two'), proof('two')]), true)
  assert.equal((await a.pushedRequests.find('kept', NOW))?.hash, 'kept')
  assert.equal(await a.pushedRequests.add(pushed('again'), [proof('three'), proof('two')]), false)
  assert.equal(await b.pushedRequests.add(pushed('kept'), [value('two'), proof('two')]), true, 'of another tenant')
})
