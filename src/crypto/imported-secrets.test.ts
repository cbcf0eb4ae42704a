import assert from 'node:assert/strict'
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { importedSecrets, isImported } from './imported-secrets.ts'
import { Busy } from './work-queue.ts'

const secret = 'imported secret'
// Each made by another program than the one that checks it here: libxcrypt, or the PBKDF2 of Python.
const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy'
const salt = 'MDEyMzQ1Njc4OWFiY2RlZg'
const sha256 = `$pbkdf2-sha256$i=1000,l=32$${salt}$rBMUxm8xq8EMdUsRS8npNuPmIaxeURmMnwiJF2wWb1k`
const hashes = [
  bcrypt,
  bcrypt.replace('2b', '2a'),
  bcrypt.replace('2b', '2y'),
  sha256,
  `$pbkdf2-sha1$i=1000,l=20$${salt}$ti1Gz+pYXfqYOohujuiC5nkozPI`,
  `$pbkdf2-sha512$i=1000,l=64$${salt}$CA0f1vpjIv9B8BDnPi87StkFZVN6IHicWaC5oFl2LvEtm5PxIaPxdtZnS9nlrD1KKOdD8/viXBzEd3EauJ97wQ`,
  'pbkdf2_sha1$1000$seasalt$WPlFlVFB3p72HU6k42W6ZPZwkf4=',
  'pbkdf2_sha256$1000$seasalt$+rRCu5varUX/fHKPEKre6kTbf+SL44RMvTfmlqGvq+A=',
]
const fresh = (now = () => 0) => importedSecrets({ random: randomBytes, now })

for (const hash of hashes) {
  test(`the secret matches ${hash.slice(0, 20)}…, another does not`, async () => {
    assert.ok(isImported(hash))
    const imported = fresh()
    assert.equal(await imported.matches('other', hash), false)
    assert.equal(await imported.matches(secret, hash), true)
    assert.equal(await imported.matches(`${secret} `, hash), false)
    assert.equal(await imported.matches('', hash), false)
  })
}

test('an unknown hash, or one that costs too much to check, matches nothing', async () => {
  for (const hash of ['', 'x', bcrypt.replace('$05$', '$15$'), sha256.replace('i=1000', 'i=2000001'), sha256.replace('l=32', 'l=31')])
    assert.equal(await fresh().matches(secret, hash), false, hash)
})

test('a match is cached for ten minutes, for this secret and this hash only', async () => {
  let now = 0
  const imported = fresh(() => now)
  assert.equal(await imported.matches(secret, sha256), true)
  now = 599
  assert.equal(imported.matches(secret, sha256), true, 'at once')
  assert.notEqual(imported.matches(secret, hashes.at(-1)!), true)
  assert.notEqual(imported.matches('other', sha256), true)
  now = 600
  const again = imported.matches(secret, sha256)
  assert.notEqual(again, true)
  assert.equal(await again, true)
  assert.equal(imported.matches(secret, sha256), true)
})

test('a failed match is not cached', async () => {
  const imported = fresh()
  assert.equal(await imported.matches('other', sha256), false)
  assert.equal(await imported.matches('other', sha256), false)
})

test('ten thousand matches are cached, then the oldest is dropped', async () => {
  const imported = fresh()
  const first = cheap('0')
  assert.equal(await imported.matches(secret, first), true)
  for (let i = 1; i < 10_000; i++) await imported.matches(secret, cheap(`${i}`))
  assert.equal(imported.matches(secret, first), true)
  await imported.matches(secret, cheap('one-more'))
  assert.notEqual(imported.matches(secret, first), true)
})

function cheap(salt: string): string {
  return `pbkdf2_sha256$1$${salt}$${pbkdf2Sync(secret, salt, 1, 32, 'sha256').toString('base64')}`
}

test('concurrent checks of one secret cost one check; too many different ones are refused as busy', async () => {
  let time = 0
  const imported = importedSecrets({ random: randomBytes, now: () => 0, clock: () => (time += 1000) })
  const same = await Promise.all(Array.from({ length: 100 }, () => imported.matches(secret, sha256)))
  assert.deepEqual(new Set(same), new Set([true]))
  const different = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => imported.matches(`guess ${i}`, sha256)))
  assert.ok(different.some((one) => one.status === 'rejected' && one.reason instanceof Busy))
  assert.deepEqual(different[0], { status: 'fulfilled', value: false })
})

test('bcrypt does not block the event loop', async () => {
  const imported = fresh()
  let ticks = 0
  const ticking = setInterval(() => ticks++, 5)
  await imported.matches(secret, bcrypt.replace('$05$', '$11$'))
  clearInterval(ticking)
  assert.ok(ticks >= 5, `${ticks} ticks`)
})
