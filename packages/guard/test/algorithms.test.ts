/** Algorithms of tokens, of the issuer's keys and of DPoP proofs — RFC 7518 §3, RFC 8037, RFC 9864, RFC 9964. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { type Algorithm, createGuard, type GuardOptions, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, proof, testIssuer, thumbprint } from './test-issuer.ts'

const audience = 'https://api.example/v1'
const now = () => 1_800_000_000
/** Node has it from 24.7 on. */
const hasMlDsa = (() => {
  try {
    generateKeyPairSync('ml-dsa-44')
    return true
  } catch {
    return false
  }
})()
const classic: Algorithm[] = ['ES256', 'RS256', 'PS256', 'Ed25519', 'EdDSA']
const postQuantum: Algorithm[] = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87']
const supported = hasMlDsa ? [...classic, ...postQuantum] : classic

/** The description with which a token is refused, or undefined. `change`: what the issuer publishes in place of the key. */
async function outcome(alg: string, key: Key, change: object = {}, options: Partial<GuardOptions> = {}): Promise<string | undefined> {
  const issuer = await testIssuer(audience, now)
  issuer.keys = [{ ...key, jwk: { ...key.jwk, ...change } }]
  const token = jwt({ typ: 'at+jwt', alg, kid: key.kid }, issuer.claims(), key.privateKey)
  const guard = createGuard({ issuer: issuer.url, audience, now, ...options })
  try {
    await guard.check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } })
    return undefined
  } catch (error) {
    assert.ok(error instanceof Refused, String(error))
    return error.description
  } finally {
    await issuer.close()
  }
}
const foreignKey = 'the access token is signed with a key that its issuer does not publish'
const notAccepted = 'the access token is signed with an algorithm that is not accepted here'

suite('a token is accepted', () => {
  for (const alg of supported) test(`signed with ${alg}`, async () => assert.equal(await outcome(alg, makeKey(alg, 'k')), undefined))

  for (const alg of ['Ed25519', 'EdDSA'])
    for (const keyAlg of ['Ed25519', 'EdDSA', undefined])
      test(`signed with ${alg} by a key for ${keyAlg}`, async () => {
        assert.equal(await outcome(alg, makeKey('EdDSA', 'k'), { alg: keyAlg }), undefined)
      })
})

suite('a token is refused', () => {
  test('signed with Ed25519 where only the other name is accepted', async () => {
    assert.equal(await outcome('Ed25519', makeKey('EdDSA', 'k'), {}, { algorithms: ['EdDSA'] }), notAccepted)
  })

  if (hasMlDsa) {
    test('signed with ML-DSA by a key that names no algorithm', async () => {
      assert.equal(await outcome('ML-DSA-44', makeKey('ML-DSA-44', 'k'), { alg: undefined }), foreignKey)
    })
    test('signed with ML-DSA by a key for another parameter set', async () => {
      assert.equal(await outcome('ML-DSA-44', makeKey('ML-DSA-44', 'k'), { alg: 'ML-DSA-65' }), foreignKey)
    })
    test('signed with ML-DSA by a key of another length', async () => {
      const { pub } = makeKey('ML-DSA-65', 'k').jwk
      assert.equal(await outcome('ML-DSA-44', makeKey('ML-DSA-44', 'k'), { pub }), foreignKey)
    })
  } else {
    test('signed with ML-DSA, which this Node cannot verify', async () => {
      assert.equal(await outcome('ML-DSA-44', makeKey('ES256', 'k')), notAccepted)
      const options = { issuer: 'https://issuer.example', audience, algorithms: postQuantum }
      assert.throws(() => createGuard(options), /ML-DSA needs Node 24.7/)
    })
  }
})

suite('a DPoP proof is accepted', () => {
  for (const alg of supported)
    test(`signed with ${alg}`, async () => {
      const issuer = await testIssuer(audience, now)
      const issuerKey = makeKey('ES256', 'k')
      issuer.keys = [issuerKey]
      const holder = makeKey(alg, 'holder')
      const token = jwt(
        { typ: 'at+jwt', alg: 'ES256', kid: 'k' },
        issuer.claims({ cnf: { jkt: thumbprint(holder) } }),
        issuerKey.privateKey,
      )
      const guard = createGuard({ issuer: issuer.url, audience, now, dpop: true })
      assert.deepEqual(guard.metadata().dpop_signing_alg_values_supported, supported)
      const dpop = proof(holder, { htm: 'GET', htu: 'https://api.example/v1/things', iat: now(), token })
      const caller = await guard.check({ method: 'GET', url: '/v1/things', headers: { authorization: `DPoP ${token}`, dpop } })
      assert.equal(caller.subject, 'alice')
      await issuer.close()
    })
})
