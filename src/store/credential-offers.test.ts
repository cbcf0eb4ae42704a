import assert from 'node:assert/strict'
import { anOffer } from '../../test/credential-content.ts'
import { NOW, onEachEngine } from '../../test/stored.ts'

onEachEngine('an offer is found as it was stored, until it expires, in its tenant alone', async ({ a, b }) => {
  const offers = [
    { ...anOffer('1'), txCode: 'hash of a code', configurations: ['one', 'two'], createdAt: NOW - 5 },
    { ...anOffer('2'), code: undefined, subject: undefined },
  ]
  for (const offer of offers) await a.credentialOffers.add(offer)
  for (const offer of offers)
    for (const by of [{ id: offer.id }, { hash: offer.hash }]) {
      assert.deepEqual(await a.credentialOffers.find(by, NOW + 59), offer)
      assert.equal(await a.credentialOffers.find(by, NOW + 60), undefined)
      assert.equal(await b.credentialOffers.find(by, NOW), undefined)
    }
})

onEachEngine('tries at the code of an offer are counted, and end', async ({ a, b }) => {
  const offer = anOffer('1')
  const attempt = (now = NOW, store = a) => store.credentialOffers.attempt('code of offer1', now, 3)
  for (const store of [a, b]) await store.credentialOffers.add(offer)
  await a.credentialOffers.add(anOffer('2'))
  assert.equal(await attempt(NOW + 60), undefined)
  for (let n = 0; n < 3; n++) assert.deepEqual(await attempt(), offer)
  assert.equal(await attempt(), undefined)
  assert.deepEqual(await attempt(NOW, b), offer, 'another tenant has its own count')
  assert.ok(await a.credentialOffers.attempt('code of offer2', NOW, 3), 'and each offer too')
})
