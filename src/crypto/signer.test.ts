import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose'
import type { SigningAlg } from '../protocol/algs.ts'
import { thumbprint } from '../protocol/codec/public-key.ts'
import { fromPkcs8, isSignatureOf, makeKeyPair, signText, toPkcs8 } from './signer.ts'

const algs: SigningAlg[] = ['ES256', 'EdDSA', 'RS256', 'PS256']
const pairs = await Promise.all(algs.map((alg) => makeKeyPair(alg, 2048)))

function holds(alg: SigningAlg, jwk: JWK, jws: string): Promise<boolean> {
  const [header, payload, signature = ''] = jws.split('.')
  const publicKey = createPublicKey({ key: jwk as object, format: 'jwk' })
  return isSignatureOf({ alg, publicKey }, `${header}.${payload}`, Buffer.from(signature, 'base64url'))
}

test('the ES256 example of RFC 7515 A.3 holds', async () => {
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  }
  const jws =
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
    '.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
  assert.equal(await holds('ES256', jwk, jws), true)
  assert.equal(await holds('ES256', jwk, jws.replace('.eyJpc', '.eyJpd')), false)
})

test('the Ed25519 example of RFC 8037 A.4 holds, and its thumbprint is that of A.3', async () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
  const jws =
    'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc' +
    '.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg'
  assert.equal(await holds('EdDSA', jwk, jws), true)
  assert.equal(await holds('EdDSA', jwk, jws.replace('.RXh', '.RXg')), false)
  assert.equal(thumbprint(jwk), 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})

test('the thumbprint of RFC 7638 §3.1', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5Js' +
    'GY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-' +
    'bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  const jwk = { kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' }
  assert.equal(thumbprint(jwk), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
})

for (const pair of pairs)
  test(`${pair.alg}: another library accepts what we sign, we accept nothing else`, async () => {
    const { alg, kid, jwk } = pair
    const input = `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${Buffer.from('hello').toString('base64url')}`
    const signature = await signText(pair, input)
    await compactVerify(`${input}.${signature}`, await importJWK(jwk as JWK, alg), { algorithms: [alg] })
    const bytes = Buffer.from(signature, 'base64url')
    assert.equal(await isSignatureOf(pair, input, bytes), true)
    assert.equal(await isSignatureOf(pair, `${input}x`, bytes), false)
    for (const wrong of [bytes.subarray(1), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(0), Buffer.alloc(bytes.length)])
      assert.equal(await isSignatureOf(pair, input, wrong), false)
    for (const other of pairs.filter((one) => one !== pair)) assert.equal(await isSignatureOf(other, input, bytes), false)

    assert.equal(kid, await calculateJwkThumbprint(jwk as JWK))
    assert.deepEqual({ alg: jwk.alg, use: jwk.use, kid: jwk.kid }, { alg, use: 'sig', kid })
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) assert.equal(secret in jwk, false)
  })

test('a key survives conversion to PKCS #8 and back', () => {
  for (const pair of pairs) assert.deepEqual(fromPkcs8(pair.alg, pair.kid, toPkcs8(pair)).jwk, pair.jwk)
})

test('a DER signature is not a JOSE signature', async () => {
  const { sign } = await import('node:crypto')
  const [es256] = pairs
  assert.equal(await isSignatureOf(es256!, 'text', sign('sha256', Buffer.from('text'), es256!.privateKey)), false)
})

test('an RSA signature without its leading zero is none', async () => {
  const pair = pairs.find(({ alg }) => alg === 'PS256')!
  let bytes = Buffer.alloc(1, 1)
  while (bytes[0] !== 0) bytes = Buffer.from(await signText(pair, 'text'), 'base64url')
  assert.equal(await isSignatureOf(pair, 'text', bytes), true)
  assert.equal(await isSignatureOf(pair, 'text', bytes.subarray(1)), false)
})

test('a kid can be typed on a command line', async () => {
  const made = await Promise.all(Array.from({ length: 400 }, () => makeKeyPair('EdDSA', 2048)))
  assert.deepEqual(
    made.map(({ kid }) => kid).filter((kid) => kid.startsWith('-')),
    [],
  ) // about six of 400 random ones would
})

test('a signature that cannot be made fails alone', async () => {
  const pair = pairs.find(({ alg }) => alg === 'ES256')!
  const wrong = { alg: 'ES256', privateKey: pair.publicKey } as const
  const [first, second, third] = await Promise.allSettled([signText(pair, 'a'), signText(wrong, 'b'), signText(pair, 'c')])
  assert.deepEqual([first!.status, second!.status, third!.status], ['fulfilled', 'rejected', 'fulfilled'])
})
