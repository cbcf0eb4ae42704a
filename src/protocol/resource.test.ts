import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { z } from 'zod'
import { knownScopes, readResource } from './resource.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = rsa.publicKey.export({ format: 'jwk' })
const plain = { identifier: 'https://api.example', name: 'API' }
const encrypted = { ...plain, introspection_encrypted_response_alg: 'RSA-OAEP-256' }
const read = (input: unknown) => readResource(['ES256', 'RS256'], input)

const good: [name: string, input: object][] = [
  ['a URN', { ...plain, identifier: 'urn:example:api' }],
  ['a query, which distinguishes resources', { ...plain, identifier: 'https://api.example/?tenant=a' }],
  ['a short name', { ...plain, resource_id: 'rs0' }],
  ['an algorithm the tenant signs with', { ...plain, introspection_signed_response_alg: 'ES256' }],
  ['a key to encrypt for', { ...encrypted, introspection_encrypted_response_enc: 'A256GCM', jwks: { keys: [key] } }],
]
for (const [name, input] of good) test(`${name} is accepted`, () => assert.deepEqual(read(input), { scopes: {}, ...input }))

const bad: [name: string, input: object, path: string, message: string][] = [
  ['a path', { ...plain, identifier: '/api' }, 'identifier', 'must be an absolute URI without a fragment'],
  ['a fragment', { ...plain, identifier: 'https://api.example/#x' }, 'identifier', 'must be an absolute URI without a fragment'],
  ['a space', { ...plain, identifier: 'https://api.example/ a' }, 'identifier', 'must be an absolute URI without a fragment'],
  [
    'a short name that could be a URI',
    { ...plain, resource_id: 'urn:a' },
    'resource_id',
    'must be 1 to 255 visible ASCII characters without a colon',
  ],
  ['a scope with a space', { ...plain, scopes: { 'a b': 'A' } }, 'scopes', 'has a name that no scope may have'],
  ['an unknown member', { ...plain, audience: 'x' }, '', 'Unrecognized key: "audience"'],
  [
    'an algorithm the tenant does not sign with',
    { ...plain, access_token_signed_response_alg: 'PS256' },
    'access_token_signed_response_alg',
    'must be one of ES256, RS256',
  ],
  [
    'the same, for introspection',
    { ...plain, introspection_signed_response_alg: 'EdDSA' },
    'introspection_signed_response_alg',
    'must be one of ES256, RS256',
  ],
  [
    'enc without alg',
    { ...plain, introspection_encrypted_response_enc: 'A128GCM' },
    'introspection_encrypted_response_alg',
    'is needed beside introspection_encrypted_response_enc',
  ],
  ['encryption without a key', encrypted, 'jwks', 'must hold a valid key for RSA-OAEP-256'],
  [
    'encryption with a key of another kind',
    { ...encrypted, jwks: { keys: [{ kty: 'EC' }] } },
    'jwks',
    'must hold a valid key for RSA-OAEP-256',
  ],
  ['a malformed key set', { ...plain, jwks: { keys: 'x' } }, 'jwks', 'must be a key set: {"keys": [...]}'],
  ['a private key', { ...plain, jwks: { keys: [rsa.privateKey.export({ format: 'jwk' })] } }, 'jwks', 'must hold public keys only'],
  ['a secret key', { ...plain, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }, 'jwks', 'must hold public keys only'],
]
for (const [name, input, path, message] of bad) {
  test(`${name} is refused`, () =>
    assert.throws(
      () => read(input),
      (error) => {
        assert.ok(error instanceof z.ZodError)
        assert.deepEqual(
          error.issues.map((issue) => [issue.path.join('.'), issue.message]),
          [[path, message]],
        )
        return true
      },
    ))
}

test('which scopes a resource accepts', () => {
  const [a, b, open] = [{ scopes: { read: 'Read', both: 'Both' } }, { scopes: { write: 'Write', both: 'Both' } }, { scopes: {} }]
  const scope = ['read', 'write', 'both', 'toString']
  assert.deepEqual(knownScopes(scope, [a]), ['read', 'both'])
  assert.deepEqual(knownScopes(scope, [a, b]), ['read', 'write', 'both'])
  assert.deepEqual(knownScopes(scope, [a, open]), scope)
  assert.deepEqual(knownScopes(scope, []), scope)
})
