import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { memoryKeyStore } from '../../test/memory-key-store.ts'
import { openKeyring } from '../../test/open-keyring.ts'
import type { SigningAlg } from '../protocol/algs.ts'
import type { Keyring } from './keyring.ts'
import { type Sealer, sealer } from './seal.ts'

const issuer = 'https://id.example'
const [hour, day] = [3600, 86_400]
const kek = randomBytes(32)
const safe = sealer([kek], randomBytes)

/** Nodes that share one store and one clock. */
async function cluster(nodes: number, algs: SigningAlg[] = ['ES256']) {
  const store = memoryKeyStore()
  const clock = { now: 1_800_000_000 }
  const start = (seal: Sealer = safe, behind = 0) =>
    openKeyring({
      store,
      sealer: seal,
      tenantId: 't',
      issuer,
      algs,
      rsaBits: 2048,
      now: () => clock.now - behind,
      reloadEvery: 1,
      reseal: async () => {},
    })
  const rings = await Promise.all(Array.from({ length: nodes }, () => start()))
  const claims = (life: number) => ({ iss: issuer, iat: clock.now, exp: clock.now + life })
  const sign = (ring: Keyring, life = 300) => ring.sign('ES256', 'JWT', claims(life))
  const verifies = async (ring: Keyring, token: string) => (await ring.verify(['JWT'], token, clock.now)) !== undefined
  const kids = async (ring: Keyring) => (await ring.jwks(clock.now)).keys.map((key) => (key as { kid: string }).kid)
  return { store, clock, start, rings, sign, verifies, kids }
}
const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid as string

test('nodes that start at once create one key of each algorithm', async () => {
  const { store, rings, sign, verifies } = await cluster(4, ['ES256', 'EdDSA', 'RS256'])
  await Promise.all(rings.map((ring) => ring.jwks(1_800_000_000)))
  assert.deepEqual(store.rows.map((row) => row.alg).sort(), ['ES256', 'EdDSA', 'RS256'])
  for (const ring of rings) assert.equal(await verifies(rings[0]!, await sign(ring)), true)
})

test('nodes that rotate at once create one key, and agree', async () => {
  for (const immediately of [false, true]) {
    const { store, rings, clock, sign } = await cluster(3)
    const made = await Promise.all(rings.map((ring) => ring.rotate('ES256', { immediately })))
    assert.equal(new Set(made).size, 1)
    assert.equal(store.rows.length, 2)
    clock.now += immediately ? 0 : day
    for (const ring of rings) assert.equal(kidOf(await sign(ring)), made[0])
  }
})

test('a planned key is published for a day, then signs; its predecessor stays for two weeks', async () => {
  const { rings, clock, sign, verifies, kids } = await cluster(2)
  const [a, b] = rings as [Keyring, Keyring]
  const first = kidOf(await sign(a))
  const second = await a.rotate('ES256', { immediately: false })
  assert.equal(await a.rotate('ES256', { immediately: false }), second) // one at a time
  assert.deepEqual(await kids(a), [first, second])
  clock.now += day - 1
  assert.deepEqual([kidOf(await sign(a)), kidOf(await sign(b))], [first, first])
  const last = await sign(a, 14 * day)
  clock.now += 1
  assert.deepEqual([kidOf(await sign(a)), kidOf(await sign(b))], [second, second])
  clock.now += 14 * day - 2
  assert.equal(await verifies(b, last), true)
  assert.deepEqual(await kids(b), [first, second])
  clock.now += 2
  assert.deepEqual(await kids(b), [second])
  assert.equal((await b.verify(['JWT'], last, undefined)) !== undefined, false)
})

test('an immediate key overtakes a waiting one, and is used by every node within a second', async () => {
  const { rings, clock, sign, verifies } = await cluster(2)
  const [a, b] = rings as [Keyring, Keyring]
  await sign(b)
  const before = await sign(b)
  await a.rotate('ES256', { immediately: false })
  const kid = await a.rotate('ES256', { immediately: true })
  assert.equal(kidOf(await sign(a)), kid)
  clock.now += 1
  assert.equal(kidOf(await sign(b)), kid)
  assert.equal(await verifies(b, await sign(a)), true)
  assert.equal(await verifies(a, before), true)
  clock.now += 2 * day
  assert.equal(kidOf(await sign(b)), kid)
})

test('a revoked key is refused everywhere within a second, and another signs', async () => {
  const { rings, clock, sign, verifies, kids } = await cluster(2)
  const [a, b] = rings as [Keyring, Keyring]
  const old = await sign(a, hour)
  await a.rotate('ES256', { immediately: true })
  const stolen = await sign(a, hour)
  assert.equal(await a.revoke(kidOf(stolen)), true)
  assert.equal(await verifies(a, stolen), false)
  const fresh = await sign(a)
  assert.ok(![kidOf(old), kidOf(stolen)].includes(kidOf(fresh))) // a retired key does not come back
  clock.now += 1
  assert.equal(await verifies(b, stolen), false)
  assert.equal(kidOf(await sign(b)), kidOf(fresh))
  assert.ok(!(await kids(b)).includes(kidOf(stolen)))
  assert.equal(await verifies(b, old), true)
  assert.equal(await a.revoke('unknown'), false)
  assert.equal(await a.revoke(kidOf(stolen)), false)
})

test('when the next key is revoked the active one continues to sign, and another is created in time', async () => {
  const { rings, clock, sign, kids } = await cluster(1)
  const ring = rings[0]!
  const active = kidOf(await sign(ring))
  await ring.revoke(await ring.rotate('ES256', { immediately: false }))
  clock.now += 30 * day
  assert.equal(kidOf(await sign(ring)), active)
  assert.deepEqual(await kids(ring), [active])
  clock.now += 59 * day
  await ring.rotateWhenDue()
  assert.deepEqual((await ring.list()).map((key) => key.state).sort(), ['active', 'next'])
})

test('a node whose clock is behind uses the first key of the others', async () => {
  const { store, start, sign, verifies, rings } = await cluster(1)
  const late = await start(safe, 5)
  assert.equal(store.rows.length, 1)
  assert.equal(await verifies(rings[0]!, await sign(late)), true)
})

test('a node that was idle for a year signs with a published key', async () => {
  const { rings, clock, sign, kids } = await cluster(2)
  const [busy, idle] = rings as [Keyring, Keyring]
  for (let i = 0; i < 365; i++) {
    clock.now += day
    await busy.rotateWhenDue()
  }
  assert.ok((await kids(busy)).includes(kidOf(await sign(idle))))
})

test('over 400 days: no unexpired token fails, no key signs that a day-old JWKS lacks', async () => {
  const { store, rings, clock, sign, verifies, kids } = await cluster(2)
  const life = 14 * day
  const step = 7 * hour
  const signed: { token: string; exp: number }[] = []
  const published: { at: number; kids: string[] }[] = []
  const used = new Set<string>()
  const end = clock.now + 400 * day
  for (let i = 0; clock.now < end; i++, clock.now += step) {
    const [one, other] = i % 2 ? [rings[0]!, rings[1]!] : [rings[1]!, rings[0]!]
    if (i % 3 === 0) await one.rotateWhenDue()
    const token = await sign(one, life)
    signed.push({ token, exp: clock.now + life })
    published.push({ at: clock.now, kids: await kids(other) })
    used.add(kidOf(token))
    const cached = published.findLast((jwks) => jwks.at <= clock.now - day) ?? published[0]!
    assert.ok(cached.kids.includes(kidOf(token)), `day ${(i * step) / day}: signs with a key that caches lack`)
    assert.equal(await verifies(other, token), true)
    for (const due of signed.filter((one) => one.exp > clock.now && one.exp <= clock.now + step))
      assert.equal(await verifies(one, due.token), true, `day ${(i * step) / day}: a token fails before it expires`)
  }
  assert.equal(used.size, 5) // every 90 days
  assert.ok(store.rows.length <= 3) // and the old ones are gone
})

test('keys sealed under an old key-encryption key are resealed, and it can be removed', async () => {
  const { store, start, clock, sign } = await cluster(1)
  const newKek = randomBytes(32)
  const both = await start(sealer([newKek, kek], randomBytes))
  await both.rotateWhenDue()
  await both.rotateWhenDue()
  assert.equal(store.rows.length, 2)
  clock.now += 15 * day
  await both.rotateWhenDue()
  const alone = await start(sealer([newKek], randomBytes))
  assert.equal(kidOf(await sign(alone)), kidOf(await sign(both)))
  assert.equal(store.rows.length, 1)
})

/** A slow store that records the order of its calls. */
function slowly(store: ReturnType<typeof memoryKeyStore>): string[] {
  const { add, remove } = store.signingKeys
  const done: string[] = []
  const later = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
    const result = await act()
    done.push(name)
    return result
  }
  store.signingKeys.add = (row, previousRemoveAt) => later('added', () => add(row, previousRemoveAt))
  store.signingKeys.remove = (kid) => later('removed', () => remove(kid))
  return done
}

test('a revocation resolves when it is done: first the successor exists, then the key is deleted', async () => {
  const { store, rings, sign } = await cluster(1)
  const [ring] = rings as [Keyring]
  const kid = kidOf(await sign(ring))
  const done = slowly(store)
  assert.equal(await ring.revoke(kid), true)
  assert.deepEqual(done, ['added', 'removed'])
  assert.notEqual(kidOf(await sign(ring)), kid)
})

test('maintenance of keys resolves when it is done', async () => {
  const { store, rings, clock } = await cluster(1)
  const [ring] = rings as [Keyring]
  const done = slowly(store)
  clock.now += 89 * day + hour
  await ring.rotateWhenDue()
  assert.deepEqual(done, ['added'])
  clock.now += 15 * day
  await ring.rotateWhenDue()
  assert.deepEqual(done, ['added', 'removed'])
  assert.equal(store.rows.length, 1)
})
