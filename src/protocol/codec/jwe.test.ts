import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { compactDecrypt } from 'jose'
import { contentEncryptionAlgs, encrypt, encryptionKey, type KeyEncryptionAlg, keyEncryptionAlgs } from './jwe.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pairs = {
  rsa,
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  X25519: generateKeyPairSync('x25519'),
}
const jwkOf = ({ publicKey }: { publicKey: KeyObject }, more: object = {}) => ({ ...publicKey.export({ format: 'jwk' }), ...more })

for (const [name, pair] of Object.entries(pairs)) {
  for (const alg of keyEncryptionAlgs.filter((alg) => alg.startsWith('RSA') === (name === 'rsa'))) {
    test(`${alg} for ${name}: an independent library decrypts it`, async () => {
      const key = encryptionKey([jwkOf(pair)], alg)!
      for (const enc of contentEncryptionAlgs) {
        const { plaintext, protectedHeader } = await compactDecrypt(await encrypt('a.b.c', { alg, enc, key, isJwt: true }), pair.privateKey)
        assert.equal(Buffer.from(plaintext).toString(), 'a.b.c')
        assert.deepEqual([protectedHeader.alg, protectedHeader.enc, protectedHeader.cty], [alg, enc, 'JWT'])
      }
    })
  }
}

const unfit: [name: string, jwk: object, alg: KeyEncryptionAlg][] = [
  ['a key for signatures', jwkOf(rsa, { use: 'sig' }), 'RSA-OAEP-256'],
  ['a key for another algorithm', jwkOf(rsa, { alg: 'RSA-OAEP' }), 'RSA-OAEP-256'],
  ['a key of another kind', jwkOf(rsa), 'ECDH-ES'],
  ['a curve for wrapping by RSA', jwkOf(pairs['P-256']), 'RSA-OAEP-256'],
  ['a curve for signatures only', jwkOf(generateKeyPairSync('ed25519')), 'ECDH-ES'],
  ['a curve that is not supported', jwkOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), 'ECDH-ES'],
  ['a short RSA key', jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 })), 'RSA-OAEP-256'],
  ['a point that is not on the curve', jwkOf(pairs['P-256'], { x: 'AAAA' }), 'ECDH-ES'],
  ['a secret', { kty: 'oct', k: 'AAAA' }, 'RSA-OAEP-256'],
  ['nothing', {}, 'ECDH-ES'],
]
for (const [name, jwk, alg] of unfit) {
  test(`${name} is skipped`, () => {
    assert.equal(encryptionKey([jwk], alg), undefined)
    const fit = { ...jwkOf(alg === 'ECDH-ES' ? pairs.X25519 : rsa), kid: 'fit', use: 'enc', alg }
    assert.equal(encryptionKey([jwk, fit], alg)?.kid, 'fit')
  })
}
