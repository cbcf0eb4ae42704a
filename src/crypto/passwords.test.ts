import assert from 'node:assert/strict'
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Cost } from './argon2.ts'
import { floorCost, passwords, UnusablePassword, usualCost } from './passwords.ts'
import { Busy } from './work-queue.ts'

const small: Cost = { memory: 64, passes: 1, lanes: 1 }
const quick = () => passwords({ cost: small, cores: 2, random: randomBytes, insecure: true })

test('the right password verifies, any other does not', async () => {
  const safe = quick()
  const phc = await safe.hash('correct horse')
  assert.match(phc, /^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await safe.verify('correct horse', phc), true)
  for (const wrong of ['correct hors', 'Correct horse', 'correct horse ', '']) assert.equal(await safe.verify(wrong, phc), false)
  assert.notEqual(await safe.hash('correct horse'), phc)
})

test('any usable password verifies against its hash', async () => {
  const safe = quick()
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  const property = fc.asyncProperty(text, async (text) => assert.equal(await safe.verify(text, await safe.hash(text)), true))
  await fc.assert(property, { numRuns: 50 })
})

test('a hash made elsewhere verifies', async () => {
  // The reference implementation's own test: "password", "somesalt", m=65536, t=2, p=1.
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await quick().verify('password', reference), true)
  assert.equal(await quick().verify('passwort', reference), false)
})

test('with the default cost', async () => {
  const safe = passwords({ cores: 1, random: randomBytes })
  const phc = await safe.hash('correct horse')
  assert.match(phc, /^\$argon2id\$v=19\$m=47104,t=1,p=1\$/)
  assert.equal(await safe.verify('correct horse', phc), true)
})

test('spellings that look the same are the same password', async () => {
  const safe = quick()
  assert.equal(await safe.verify('u\u0308ber', await safe.hash('\u00fcber')), true)
  assert.equal(await safe.verify('a\u00a0b', await safe.hash('a b')), true)
  assert.equal(await safe.verify('\uff41', await safe.hash('a')), false) // compatibility forms are kept apart
})

test('an unusable password is refused, and never verifies', async () => {
  const safe = quick()
  for (const text of ['', 'a\u0000b', 'a\nb', '\u0085', '\ud800', 'x'.repeat(1025), 'ü'.repeat(513)]) {
    await assert.rejects(safe.hash(text), UnusablePassword)
    const elsewhere = `pbkdf2_sha256$1$salt$${pbkdf2Sync(text, 'salt', 1, 32, 'sha256').toString('base64')}`
    for (const kept of [await safe.hash('x'.repeat(1024)), elsewhere, undefined]) {
      const { done } = safe.load()
      assert.equal(await safe.verify(text, kept), false)
      assert.equal(safe.load().done, done, 'as much work for every account: none')
    }
  }
  assert.equal(await safe.verify('ü'.repeat(512), await safe.hash('ü'.repeat(512))), true)
})

test('checking a missing password costs one hash, as any check, and is false', async () => {
  const safe = quick()
  const phc = await safe.hash('correct horse')
  for (const kept of [
    phc,
    undefined,
    '',
    'not a hash',
    phc.replace('argon2id', 'argon2i'),
    phc.replace('p=1', 'p=0'),
    phc.replace('m=64', 'm=7'),
  ]) {
    const before = safe.load().done
    assert.equal(await safe.verify('correct horse', kept), kept === phc, String(kept))
    assert.equal(safe.load().done, before + 1, String(kept))
  }
})

test('an imported hash waits in the same queue as ours, and needs a rehash', async () => {
  const safe = quick()
  const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy' // of "imported secret"
  assert.equal(safe.adopt(bcrypt), bcrypt)
  assert.equal(await safe.verify('imported secret', bcrypt), true)
  assert.equal(await safe.verify('another', bcrypt), false)
  assert.equal(safe.load().done, 2)
  assert.equal(safe.needsRehash(bcrypt), true)
  assert.equal(safe.needsRehash((await safe.hash('x')).replace('argon2id', 'argon2i')), true)
  for (const hash of ['', 'x', 'md5$x$y', bcrypt.replace('$05$', '$15$')]) assert.throws(() => safe.adopt(hash), UnusablePassword, hash)
  assert.throws(() => safe.adopt(bcrypt.replace('$05$', '$15$')), /The hash is bcrypt of a cost that is not 4 to 14/)
})

test('a password that another server hashed as typed verifies as typed, at the same cost for a missing password', async () => {
  const safe = quick()
  const decomposed = 'u\u0308ber'
  const elsewhere = `pbkdf2_sha256$1$salt$${pbkdf2Sync(decomposed, 'salt', 1, 32, 'sha256').toString('base64')}`
  assert.equal(await safe.verify(decomposed, elsewhere), true)
  assert.equal(await safe.verify('\u00fcber', elsewhere), false)
  const cost = async (kept: string | undefined) => {
    const before = safe.load().done
    assert.equal(await safe.verify('wro\u0308ng', kept), false)
    return safe.load().done - before
  }
  const own = await safe.hash('x')
  assert.deepEqual([await cost(elsewhere), await cost(own), await cost(undefined)], [2, 2, 2])
})

test('a hash of another cost needs a rehash, and verifies until then', async () => {
  const old = quick()
  const phc = await old.hash('correct horse')
  const now = passwords({ cost: { memory: 128, passes: 2, lanes: 1 }, cores: 2, random: randomBytes, insecure: true })
  assert.equal(await now.verify('correct horse', phc), true)
  assert.equal(old.needsRehash(phc), false)
  assert.equal(now.needsRehash(phc), true)
  assert.equal(old.needsRehash(await now.hash('x')), true)
  assert.equal(now.needsRehash('$2b$12$abc'), true)
  for (const other of ['m=63,t=1,p=1', 'm=65,t=1,p=1', 'm=64,t=2,p=1', 'm=64,t=1,p=2'])
    assert.equal(old.needsRehash(phc.replace('m=64,t=1,p=1', other)), true, other)
  assert.equal(now.needsRehash(phc.replace('m=64,t=1', 'm=128,t=1')), true)
})

test('a cost below the floor is refused', () => {
  const make = (cost: Cost, insecure = false) => passwords({ cost, cores: 1, random: randomBytes, insecure })
  for (const cost of [usualCost, floorCost, { memory: 65_536, passes: 3, lanes: 1 }]) assert.ok(make(cost))
  const low = [small, { ...usualCost, memory: 47_103 }, { ...floorCost, passes: 1 }, { ...floorCost, memory: 19_455 }]
  for (const cost of low) assert.throws(() => make(cost), /floor/)
  const absurd = [
    { memory: 7, passes: 1, lanes: 1 },
    { memory: 64, passes: 0, lanes: 1 },
    { memory: 64, passes: 1, lanes: 9 },
    { memory: 64.5, passes: 1, lanes: 1 },
    { memory: 2 ** 21, passes: 2, lanes: 1 },
    { memory: 65_536, passes: 11, lanes: 1 },
    { memory: 64, passes: 1, lanes: 0 },
    { memory: 1_048_577, passes: 1, lanes: 1 },
  ]
  for (const cost of absurd) assert.throws(() => make(cost, true), RangeError)
  const extreme = [
    { memory: 8, passes: 1, lanes: 1 },
    { memory: 1_048_576, passes: 10, lanes: 131_072 },
  ]
  for (const cost of extreme) assert.ok(make(cost, true))
})

test('a flood is refused, and nobody waits longer than two seconds of work', async () => {
  const safe = passwords({ cost: small, cores: 2, random: randomBytes, insecure: true, clock: () => 0 })
  const all = Array.from({ length: 200 }, (_, i) => safe.verify(`guess ${i}`, undefined))
  const results = await Promise.allSettled(all)
  const busy = results.filter((r) => r.status === 'rejected')
  assert.equal(busy.length, 200 - (2 + 80)) // two at work, and 2 s × 2 ÷ 50 ms waiting
  for (const one of busy) assert.ok(one.reason instanceof Busy && one.reason.retryAfter > 0)
})
