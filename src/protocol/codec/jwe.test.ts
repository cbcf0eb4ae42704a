import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { CompactEncrypt, compactDecrypt } from 'jose'
import {
  contentEncryptionAlgs,
  decryptionAlgs,
  decryptJwt,
  encrypt,
  encryptionKey,
  encryptJson,
  type KeyEncryptionAlg,
  keyEncryptionAlgs,
  parseJweHeader,
} from './jwe.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pairs = {
  rsa,
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
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

test('the header names the key where it has a name, and says of a JWT that it is one', async () => {
  const [named, unnamed] = [
    encryptionKey([jwkOf(rsa, { kid: 'k' })], 'RSA-OAEP-256')!,
    encryptionKey([jwkOf(rsa, { kid: 7 })], 'RSA-OAEP-256')!,
  ]
  const how = { alg: 'RSA-OAEP-256', enc: 'A256GCM' } as const
  const header = async (text: Promise<string>) => parseJweHeader(await text)
  assert.deepEqual(await header(encrypt('{}', { ...how, key: named, isJwt: true })), { ...how, cty: 'JWT', kid: 'k' })
  assert.deepEqual(await header(encrypt('{}', { ...how, key: unnamed, isJwt: false })), how)
  assert.deepEqual(await header(encryptJson({ a: 1 }, { ...how, key: named })), { ...how, kid: 'k' })
  const text = await encryptJson({ a: 1 }, { ...how, key: unnamed })
  assert.deepEqual(parseJweHeader(text), how)
  assert.equal(Buffer.from((await compactDecrypt(text, rsa.privateKey)).plaintext).toString(), '{"a":1}')
})

const encode = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url')

test('a header is read of a JWE alone, and not where it is long, critical or compressed', () => {
  assert.deepEqual(parseJweHeader(`${encode({ alg: 'x' })}....`), { alg: 'x' })
  const filler = (length: number) => encode({ x: 'x'.repeat((length * 3) / 4 - '{"x":""}'.length) })
  assert.ok(parseJweHeader(`${filler(2048)}....`))
  const refused = ['', 'e30', 'e30...', 'e30.....', '....', `${encode([])}....`, 'e31....', `${filler(2052)}....`]
  for (const text of [...refused, `${encode({ crit: [] })}....`, `${encode({ zip: 'DEF' })}....`])
    assert.equal(parseJweHeader(text), undefined, text.slice(0, 40))
})

test('what was encrypted for the key is decrypted, and nothing else', async () => {
  const { publicKey, privateKey } = pairs['P-256']
  const made = (alg: string, enc: string, key = publicKey) =>
    new CompactEncrypt(Buffer.from('text')).setProtectedHeader({ alg, enc }).encrypt(key)
  for (const alg of decryptionAlgs)
    for (const enc of contentEncryptionAlgs) assert.equal(await decryptJwt(await made(alg, enc), privateKey), 'text')
  for (const [alg, enc] of [
    ['ECDH-ES+A192KW', 'A128GCM'],
    ['ECDH-ES', 'A192GCM'],
  ] as const)
    assert.equal(await decryptJwt(await made(alg, enc), privateKey), undefined, alg)
  const good = await made('ECDH-ES', 'A128GCM')
  for (const text of ['', 'x', `${good.slice(0, -2)}AA`, await made('ECDH-ES', 'A128GCM', pairs['P-384'].publicKey)])
    assert.equal(await decryptJwt(text, privateKey), undefined)
})
