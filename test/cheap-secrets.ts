/** What is expensive by design, made cheap for tests of a whole server: RSA keys from a pool, password hashes of the lowest cost. */
import { generateKeyPair, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../src/config/schema.ts'
import { readKek } from '../src/crypto/kek.ts'
import { keyCache } from '../src/crypto/key-cache.ts'
import { passwords } from '../src/crypto/passwords.ts'
import { sealer } from '../src/crypto/seal.ts'
import { toKeyPair } from '../src/crypto/signer.ts'
import { random } from '../src/platform.ts'
import type { Tenant } from '../src/tenant.ts'

/** All tenants of a server share the hashing that is replaced here; its cost is below what a configuration may ask for. */
export function hashCheaply(root: Tenant): void {
  Object.assign(root.signIn.passwords, passwords({ cost: { memory: 8, passes: 1, lanes: 1 }, insecure: true, cores: 2, random }))
}

/** Gives the tenant its first RSA keys. No effect where it has some. */
export async function addRsaKeys(root: Tenant, { key_encryption_key_file, data_dir }: Config, now: () => number): Promise<void> {
  const kek = await readKek(key_encryption_key_file ?? join(data_dir, 'key-encryption-key'), { strict: true })
  const keys = keyCache({ store: root.store, sealer: sealer([kek], random), tenantId: root.row.id, now, reseal: async () => {} })
  const known = (await root.store.signingKeys.list()).map(({ alg }) => alg)
  for (const alg of root.keyring.ownAlgs) {
    if ((alg !== 'RS256' && alg !== 'PS256') || known.includes(alg)) continue
    const pair = toKeyPair(alg, await nextRsaKey())
    await keys.add(pair, { generation: 1, createdAt: now(), activeAt: now() }, undefined)
  }
}

const pool: Promise<{ privateKey: KeyObject }>[] = []
let given = 0

/** Each key is made when its turn first comes. No server gets one twice. */
async function nextRsaKey(): Promise<KeyObject> {
  const n = given++ % 6
  pool[n] ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return (await pool[n]).privateKey
}
