/** Registration access tokens — RFC 7592 §5: the one before works until the present one is used. */
import assert from 'node:assert/strict'
import { signer } from '../../test/federation.ts'
import { aFederatedClient, anAnchor } from '../../test/federation-acts.ts'
import { aClient, atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import { aDescribedClient, aRegistration } from '../../test/tenant-content.ts'

onEachEngine('using the present token ends the one before, of this client in this tenant alone', async ({ a, b }) => {
  const clients = ['registered1', 'registered2']
  const unchanged = aRegistration('3')
  await a.registrations.add({ ...unchanged, hash: 'first', registration: { ...unchanged.registration, token: undefined } })
  for (const store of [a, b])
    for (const [n, client_id] of clients.entries()) {
      const made = aRegistration(`${n + 1}`)
      await store.registrations.add({ ...made, hash: 'first', registration: { ...made.registration, token: undefined } })
      const by = { hash: 'first', next: 'second', secret: undefined }
      assert.ok(await store.registrations.replace(client_id, () => aClient({ client_id }), by))
    }
  assert.equal(await a.registrations.find('registered3', 'second'), undefined, 'a client that was not changed keeps its token')
  const lives = async (hash: string) =>
    Promise.all([a, b].flatMap((store) => clients.map(async (id) => (await store.registrations.find(id, hash)) !== undefined)))
  assert.deepEqual(await lives('first'), [true, true, true, true])
  assert.ok(await a.registrations.find('registered1', 'second'))
  assert.deepEqual(await lives('first'), [false, true, true, true])
})

onEachEngine('an initial access token is good for so many uses, until it expires, in its tenant', async ({ a, b }) => {
  const token = { id: 'token', hash: 'hash', label: 'x', scope: undefined, usesLeft: 1, createdAt: NOW, expiresAt: NOW + 60 }
  await a.initialAccessTokens.add(token)
  const isGood = async (store = a, now = NOW) => (await store.registrations.initialToken('hash', now)) !== undefined
  assert.deepEqual([await isGood(), await isGood(a, NOW + 59), await isGood(a, NOW + 60), await isGood(b)], [true, true, false, false])
  const made = aRegistration('1')
  assert.ok(await a.registrations.add({ ...made, hash: 'first', registration: { ...made.registration, token: 'token' } }))
  assert.equal(await isGood(), false)
})

onEachEngine('of requests that make the same client known at the same time, none is refused', async ({ a }) => {
  assert.ok((await atOnce(8, () => a.registrations.describe(aDescribedClient('1')))).every(Boolean))
  await a.federation.put(anAnchor('1'))
  assert.ok((await atOnce(8, () => a.federation.register(aFederatedClient('1')))).every((one) => typeof one === 'object'))
})

onEachEngine('who registers while the anchor is taken away, or gets other keys, is no client afterwards', async ({ a }) => {
  const { anchor } = aFederatedClient('1')
  const other = { ...anAnchor('1'), jwks: { keys: [signer().jwk] as never } }
  assert.equal(await a.federation.register(aFederatedClient('1')), 'untrusted', 'before there is an anchor')
  for (const takeAway of [() => a.federation.remove('anchor', anAnchor('1').entity_id), () => a.federation.put(other)])
    for (let round = 0; round < 10; round++) {
      await a.federation.put(anAnchor('1'))
      const registration = { ...aFederatedClient(`${round}`), anchor }
      const register = () => a.federation.register(registration)
      await Promise.all(round % 2 === 0 ? [register(), takeAway(), register()] : [takeAway(), register(), register()])
      assert.equal(await a.clients.find(registration.clientId), undefined)
      assert.equal(await register(), 'untrusted')
    }
})
