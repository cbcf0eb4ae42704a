/** 7: values sealed under an earlier key-encryption key are resealed when they are used. */
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { memoryKeyStore } from '../../test/memory-key-store.ts'
import { openKeyring } from '../../test/open-keyring.ts'
import { clientSchema } from '../protocol/client.ts'
import type { ResealOnUse } from './reseal.ts'
import { missingKeys, resealOnUse, sealing } from './reseal.ts'
import { sealer, Unsealable } from './seal.ts'
import { sealedTexts } from './sealed-texts.ts'
import { sharedKeys } from './shared-keys.ts'
import type { SealedKind, SealedStore, SealedValue } from './types.ts'

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]
const before = sealer([oldKey], randomBytes)
const after = sealer([newKey, oldKey], randomBytes)
const alone = sealer([newKey], randomBytes)

/** A store that only accepts replacements, and records them. */
function replacements() {
  const made: { kind: SealedKind; value: SealedValue; sealed: string }[] = []
  const store: SealedStore = {
    counts: async () => [],
    slice: async () => [],
    async replace(kind, value, sealed) {
      made.push({ kind, value, sealed })
      return true
    },
  }
  return { made, store }
}

test('7: a chosen signing secret, with the next token it signs, and only once', async () => {
  const { made, store } = replacements()
  const keysWith = (reseal: ResealOnUse) =>
    sharedKeys({
      sealer: after,
      root: () => createSecretKey(randomBytes(32)),
      markKey: () => createSecretKey(randomBytes(32)),
      tenantId: 't',
      issuer: 'https://id.example',
      reseal,
    })
  const keys = keysWith(resealOnUse(store, after))
  const context = { purpose: 'client-signing-secret', tenant: 't', id: 'hs' }
  const chosen = 'a secret that was chosen, of 32 characters and more'
  const client = {
    ...clientSchema.parse({ client_id: 'hs', grant_types: ['client_credentials'] }),
    secretHashes: [],
    tokensFrom: 0,
    sealedSigningSecret: before.seal(context, Buffer.from(chosen)),
  }
  await keys.sign(client, 'at+jwt', { jti: 'x' })
  assert.deepEqual(
    made.map(({ kind, value }) => [kind, value]),
    [['client-signing-secret', { tenant: 't', id: 'hs', sealed: client.sealedSigningSecret }]],
  )
  assert.equal(alone.open(context, made[0]!.sealed).toString(), chosen)

  await keys.sign({ ...client, sealedSigningSecret: made[0]!.sealed }, 'at+jwt', { jti: 'x' })
  await keys.sign({ ...client, sealedSigningSecret: undefined }, 'at+jwt', { jti: 'x' })
  assert.equal(made.length, 1)
})

test('7: every signing key of a tenant during maintenance, including retired and next ones', async () => {
  const store = memoryKeyStore()
  const { made, store: sealedStore } = replacements()
  const clock = { now: 1_800_000_000 }
  const ringWith = (seal: typeof before) =>
    openKeyring({
      store,
      sealer: seal,
      tenantId: 't',
      issuer: 'https://id.example',
      algs: ['ES256', 'EdDSA'],
      rsaBits: 2048,
      now: () => clock.now,
      reloadEvery: 1,
      reseal: resealOnUse(sealedStore, seal),
    })
  const old = await ringWith(before)
  await old.rotate('ES256', { immediately: true })
  await old.rotate('ES256', { immediately: false })
  assert.equal(store.rows.length, 4)
  await old.rotateWhenDue()
  assert.equal(made.length, 0)

  const kids = store.rows.map(({ kid }) => kid)
  await (await ringWith(after)).rotateWhenDue()
  assert.deepEqual(made.map(({ value }) => value.id.split(':')[1]).toSorted(), kids.toSorted())
  for (const { kind, value, sealed } of made) {
    assert.equal(kind, 'signing-key')
    assert.deepEqual(alone.open({ purpose: kind, ...value }, sealed), before.open({ purpose: kind, ...value }, value.sealed))
  }
})

for (const purpose of ['connection-secret', 'webhook-secret', 'stream-authorization', 'vault'] as const)
  test(`7: a text sealed as ${purpose}, when it is opened, and only once; it opens for nothing else`, async () => {
    const { made, store } = replacements()
    const textsWith = (seal: typeof before) => sealedTexts({ sealer: seal, reseal: resealOnUse(store, seal), purpose, tenantId: 't' })
    const sealed = textsWith(before).seal('one', 'text')
    assert.equal(await textsWith(after).open('one', sealed), 'text')
    assert.deepEqual(
      made.map(({ kind, value }) => [kind, value]),
      [[purpose, { tenant: 't', id: 'one', sealed }]],
    )
    assert.equal(await textsWith(alone).open('one', made[0]!.sealed), 'text')
    await assert.rejects(textsWith(after).open('another', sealed), Unsealable)
    await assert.rejects(sealedTexts({ sealer: after, reseal: async () => {}, purpose, tenantId: 'other' }).open('one', sealed), Unsealable)
    assert.equal(made.length, 1)
  })

test('all is resealed slice after slice, and what does not open is passed over', async () => {
  const [old, next] = [Buffer.alloc(32, 5), Buffer.alloc(32, 6)]
  const [before, now] = [sealer([old], randomBytes), sealer([next, old], randomBytes)]
  const ids = Array.from({ length: 250 }, (_, n) => String(n).padStart(3, '0'))
  const isBroken = (id: string) => id < '200'
  const tenantOf = (id: string) => (id < '120' ? '' : 'a')
  const values = ids.map((id) => {
    const context = { purpose: 'totp', tenant: tenantOf(id), id: isBroken(id) ? 'another' : id }
    return { tenant: tenantOf(id), id, sealed: before.seal(context, Buffer.from(id)) }
  })
  const prefix = values[0]!.sealed.slice(0, 12)
  const replaced: string[] = []
  let slices = 0
  const store: SealedStore = {
    counts: async () => [{ kind: 'totp', prefix, count: ids.length }],
    async slice(_, { after, limit }) {
      slices += 1
      assert.ok(slices <= 3, 'it ends')
      return values.filter(({ tenant, id }) => tenant > after.tenant || (tenant === after.tenant && id > after.id)).slice(0, limit)
    },
    async replace(_, { tenant, id }, sealed) {
      assert.equal(now.open({ purpose: 'totp', tenant, id }, sealed).toString(), id)
      replaced.push(id)
      return true
    },
  }
  const told: object[] = []
  assert.deepEqual(await sealing(store, now).reseal((done) => told.push(done)), { resealed: 50, failed: 200 })
  assert.deepEqual(replaced, ids.slice(200))
  assert.deepEqual(told, [
    { resealed: 0, failed: 100, total: 250 },
    { resealed: 0, failed: 200, total: 250 },
    { resealed: 50, failed: 200, total: 250 },
  ])
})

test('each key that was not given and that something needs has its sentence', () => {
  const uses = [
    { keyId: 'given', values: 3 },
    { keyId: 'one', values: 1 },
    { keyId: 'two', values: 2 },
  ]
  const rest =
    'which was not given — add its file to previous_key_encryption_key_files, and run "gatehouse keys reseal" before you remove it'
  assert.deepEqual(missingKeys(uses, ['given']), [
    `1 value in the database can be opened only with key-encryption key one, ${rest}`,
    `2 values in the database can be opened only with key-encryption key two, ${rest}`,
  ])
})
