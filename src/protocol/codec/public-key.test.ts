/** Which JWKs are public keys for an algorithm, and which signatures are theirs — RFC 7518 §3, RFC 7638. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { test } from 'node:test'
import { calculateJwkThumbprint } from 'jose'
import { clientSigningAlgs, isPublicJwk, isSignedBy, publicKeyFor, schemes, thumbprint, verifySignature } from './public-key.ts'

type Jwk = Parameters<typeof thumbprint>[0]

const jwkOf = (key: KeyObject): Jwk => key.export({ format: 'jwk' })
/** Of no private key; what is checked is its length. */
const rsaOf = (bits: number): Jwk => ({ kty: 'RSA', e: 'AQAB', n: Buffer.alloc(bits / 8, 0xff).toString('base64url') })
const pairs = {
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: generateKeyPairSync('ed25519'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

const kinds: [kind: string, jwk: Jwk, algs: readonly string[]][] = [
  ['P-256', jwkOf(pairs.ec.publicKey), ['ES256']],
  ['P-384', jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey), []],
  ['Ed25519', jwkOf(pairs.ed25519.publicKey), ['EdDSA', 'Ed25519']],
  ['Ed448', jwkOf(generateKeyPairSync('ed448').publicKey), []],
  ['X25519', jwkOf(generateKeyPairSync('x25519').publicKey), []],
  ['RSA of 2040 bits', rsaOf(2040), []],
  ['RSA of 2048 bits', rsaOf(2048), ['PS256', 'RS256']],
  ['RSA of 8192 bits', rsaOf(8192), ['PS256', 'RS256']],
  ['RSA of 8200 bits', rsaOf(8200), []],
  ['a point that is not on its curve', { ...jwkOf(pairs.ec.publicKey), y: 'AAAA' }, []],
  ['nothing', {}, []],
]
for (const [kind, jwk, algs] of kinds)
  test(`${kind} is a key for ${algs.join(' and ') || 'no algorithm'}, asked once or again`, () => {
    for (const _ of [1, 2])
      assert.deepEqual(
        clientSigningAlgs.filter((alg) => publicKeyFor(jwk, alg)),
        algs,
      )
  })

test('a key is for what its use and alg say', () => {
  const jwk = jwkOf(pairs.ed25519.publicKey)
  const fit = (more: object) => clientSigningAlgs.filter((alg) => publicKeyFor({ ...jwk, ...more }, alg))
  assert.deepEqual([fit({ use: 'sig' }), fit({ use: 'enc' })], [['EdDSA', 'Ed25519'], []])
  assert.deepEqual([fit({ alg: 'EdDSA' }), fit({ alg: 'ES256' })], [['EdDSA', 'Ed25519'], []])
})

test('what has a private member is no public key, and neither is what is no object', () => {
  const jwk = jwkOf(pairs.rsa.publicKey)
  assert.ok(isPublicJwk({ ...jwk, kid: 'k', x5c: [] }))
  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']) {
    assert.equal(isPublicJwk({ ...jwk, [member]: 'AQAB' }), false, member)
    assert.equal(publicKeyFor({ ...jwk, [member]: 'AQAB' }, 'RS256'), undefined, member)
  }
  for (const none of [undefined, null, 'x', [jwk]]) assert.equal(isPublicJwk(none), false, String(none))
})

const signers: Record<keyof typeof schemes, { publicKey: KeyObject; privateKey: KeyObject }> = {
  ES256: pairs.ec,
  EdDSA: pairs.ed25519,
  Ed25519: pairs.ed25519,
  RS256: pairs.rsa,
  PS256: pairs.rsa,
  'ML-DSA-44': generateKeyPairSync('ml-dsa-44'),
  'ML-DSA-65': generateKeyPairSync('ml-dsa-65'),
}
for (const [name, { publicKey, privateKey }] of Object.entries(signers))
  test(`a signature by ${name} is good for the text alone`, async () => {
    const alg = name as keyof typeof schemes
    const { digest, options } = schemes[alg]
    const signature = sign(digest, Buffer.from('text'), { key: privateKey, ...options })
    const cases: [expected: boolean, text: string, signature: Uint8Array][] = [
      [true, 'text', signature],
      [false, 'other', signature],
      [false, 'text', Buffer.concat([signature, Buffer.alloc(1)])],
      [false, 'text', Buffer.alloc(0)],
    ]
    for (const [expected, text, made] of cases) {
      assert.equal(isSignedBy(publicKey, alg, text, made), expected)
      assert.equal(await verifySignature(publicKey, alg, text, made), expected)
    }
  })

test('a signature of PSS is as long as the modulus, also where it begins with zeros', async () => {
  const { digest, options } = schemes.PS256
  const made = () => sign(digest, Buffer.from('text'), { key: pairs.rsa.privateKey, ...options })
  let signature = made()
  for (let n = 0; signature[0] !== 0 && n < 10_000; n++) signature = made()
  const { publicKey } = pairs.rsa
  for (const [sent, expected] of [
    [signature, true],
    [signature.subarray(1), false],
  ] as const) {
    assert.equal(isSignedBy(publicKey, 'PS256', 'text', sent), expected)
    assert.equal(await verifySignature(publicKey, 'PS256', 'text', sent), expected)
  }
})

test('a thumbprint is of the required members alone, as another library makes it', async () => {
  for (const { publicKey } of Object.values(pairs)) {
    const jwk = jwkOf(publicKey)
    assert.equal(thumbprint({ ...jwk, kid: 'k', alg: 'x', use: 'sig' }), await calculateJwkThumbprint(jwk as never))
  }
  const akp = { kty: 'AKP', pub: 'AAAA' }
  assert.notEqual(thumbprint({ ...akp, alg: 'ML-DSA-44' }), thumbprint({ ...akp, alg: 'ML-DSA-65' })) // RFC 9964 §6
})
