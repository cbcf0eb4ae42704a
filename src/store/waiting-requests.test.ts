/** Devices and backchannel requests that wait for a person, on every engine: how often a client may ask, and who refuses what. */
import assert from 'node:assert/strict'
import { NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import { aBackchannelRequest, aDevice, aPushedRequest } from '../../test/tenant-content.ts'

const kinds = {
  deviceCodes: {
    add: (store: TenantStore, n: string) => store.deviceCodes.add(aDevice(n), { ...aPushedRequest(n), hash: aDevice(n).request }),
    refuse: (store: TenantStore, n: string) => store.deviceCodes.refuse(aDevice(n).hash),
    poll: (store: TenantStore, n: string, now: number) => store.deviceCodes.poll(aDevice(n).hash, now),
    find: (store: TenantStore, n: string) => store.deviceCodes.find(aDevice(n).hash),
    request: (n: string) => aDevice(n).request,
  },
  backchannelRequests: {
    add: (store: TenantStore, n: string) =>
      store.backchannelRequests.add(
        aBackchannelRequest(n),
        { ...aPushedRequest(n), hash: aBackchannelRequest(n).request },
        { ping: undefined, most: 5, since: 0 },
      ),
    refuse: (store: TenantStore, n: string) => store.backchannelRequests.refuse(aBackchannelRequest(n).hash, NOW),
    poll: (store: TenantStore, n: string, now: number) => store.backchannelRequests.poll(aBackchannelRequest(n).hash, now),
    find: (store: TenantStore, n: string) => store.backchannelRequests.find(aBackchannelRequest(n).hash),
    request: (n: string) => aBackchannelRequest(n).request,
  },
}

for (const [name, { add, refuse, poll, find, request }] of Object.entries(kinds)) {
  onEachEngine(`${name}: what waits is refused once, what was answered never, and nothing else with it`, async ({ a, b }) => {
    for (const store of [a, b]) for (const n of ['1', '2', '3']) assert.equal(await add(store, n), true)
    const refused = async (store: TenantStore) => {
      const found = await Promise.all(['1', '2', '3'].map(async (n) => ((await find(store, n))?.refused ? [n] : [])))
      return found.flat()
    }
    assert.equal(await a.pushedRequests.end(request('1')), true, 'answered')
    assert.equal(await refuse(a, '1'), false)
    assert.deepEqual(await refused(a), [])
    assert.equal(await refuse(a, '2'), true)
    assert.equal(await refuse(a, '2'), false)
    assert.deepEqual([await refused(a), await refused(b)], [['2'], []])
    assert.ok(await a.pushedRequests.find(request('3'), NOW))
    assert.equal(await refuse(b, '1'), true, 'what another tenant answered waits here')
    assert.equal(await refuse(a, 'unknown'), false)
  })

  onEachEngine(`${name}: a client that asks too early waits 5 seconds longer each time`, async ({ a, b }) => {
    for (const store of [a, b]) for (const n of ['1', '2']) await add(store, n)
    const asked: [at: number, early: boolean][] = [
      [0, false],
      [4, true],
      [13, true],
      [28, false],
      [42, true],
      [62, false],
    ]
    for (const [at, early] of asked) assert.equal(await poll(a, '1', NOW + at), early, `${at}`)
    for (const [store, n] of [
      [a, '2'],
      [b, '1'],
    ] as const) {
      assert.equal(await poll(store, n, NOW + 62), false)
      assert.equal((await find(store, n))?.interval, 5)
    }
    assert.equal((await find(a, '1'))?.interval, 20)
  })
}
