/** What a tenant publishes of its keys, and which one signs credentials. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { memoryKeyStore } from '../../test/memory-key-store.ts'
import { openKeyring } from '../../test/open-keyring.ts'
import type { SigningAlg } from '../protocol/algs.ts'
import { sealer } from './seal.ts'
import { makeKeyPair } from './signer.ts'

const noon = 1_800_000_000
const usual = {
  ...{ sealer: sealer([randomBytes(32)], randomBytes), tenantId: 'tenant', issuer: 'https://id.example', rsaBits: 2048 },
  ...{ reloadEvery: 1, reseal: async () => {}, now: () => noon },
}
const open = () => openKeyring({ ...usual, store: memoryKeyStore(), algs: ['ES256'] })

test('the JWKS begins with the oldest kind, and what does not sign comes last', async () => {
  const algs: SigningAlg[] = ['ML-DSA-44', 'EdDSA', 'ES256', 'PS256', 'RS256']
  for (const order of [algs, algs.toReversed()]) {
    const ring = await openKeyring({ ...usual, store: memoryKeyStore(), algs: order, decrypts: true })
    const { keys } = (await ring.jwks(noon)) as { keys: { alg?: string; use: string }[] }
    assert.deepEqual(
      keys.map(({ alg, use }) => alg ?? use),
      ['RS256', 'PS256', 'ES256', 'EdDSA', 'ML-DSA-44', 'enc'],
    )
  }
})

test('credentials are signed by a key of a file, or by one for ES256', async () => {
  const pair = await makeKeyPair('ES256', 2048)
  const certified = { pair, x5c: [], notAfter: noon }
  const signs = async (algs: SigningAlg[], file: typeof certified | undefined) => {
    const ring = await openKeyring({ ...usual, store: memoryKeyStore(), algs, certified: file })
    return ring.credentials !== undefined
  }
  assert.deepEqual(
    [await signs(['ES256'], undefined), await signs(['EdDSA'], undefined), await signs(['EdDSA'], certified)],
    [true, false, true],
  )
})

test('the JWKS of one second is made once', async () => {
  const ring = await open()
  assert.equal(await ring.jwks(noon), await ring.jwks(noon))
  assert.notEqual(await ring.jwks(noon), await ring.jwks(noon + 1))
})

test('a key is published until it is revoked', async () => {
  const ring = await open()
  const [key] = await ring.list()
  assert.deepEqual([await ring.publishes(key!.kid), await ring.publishes('unknown')], [true, false])
  await ring.revoke(key!.kid)
  assert.equal(await ring.publishes(key!.kid), false)
})
