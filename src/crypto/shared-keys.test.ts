import assert from 'node:assert/strict'
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Client } from '../protocol/client.ts'
import { sealer } from './seal.ts'
import { sharedKeys } from './shared-keys.ts'

const issuer = 'https://id.example'
const noon = 1_800_000_000
const claims = { iss: issuer, client_id: 'web', sub: 'alice', jti: 'id', iat: noon, exp: noon + 300 }
const web = { client_id: 'web' } as Client
const keys = (markKey = createSecretKey(randomBytes(32))) =>
  sharedKeys({
    ...{ sealer: sealer([Buffer.alloc(32, 7)], randomBytes), root: () => createSecretKey(Buffer.alloc(32, 1)), markKey: () => markKey },
    ...{ tenantId: 'tenant', issuer, reseal: async () => {} },
  })
const shared = keys()
const issued = (change: object, by = shared) => by.sign(web, 'at+jwt', { ...claims, ...change })
const token = await issued({})

const parsed = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const [head, body] = token.split('.').map((part, n) => (n < 2 ? parsed(part) : part)) as [Record<string, unknown>, Record<string, unknown>]

/** Signed with the secret, which the APIs of the client know as well as we do. */
function signed(header: object, payload: unknown, secret = shared.secretOf(web)): string {
  const input = `${encoded(header)}.${encoded(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

test('a token is that of its client, of its type, until it expires', async () => {
  assert.deepEqual(shared.verify(web, ['JWT', 'at+jwt'], token, noon), body)
  assert.equal(shared.signerOf(token), 'web')
  assert.equal(signed(head, body), token)
  assert.match(String(body['jti']), /^id\./)
})

const refused: [name: string, token: string | Promise<string>][] = [
  ['another algorithm in the header', signed({ ...head, alg: 'HS512' }, body)],
  ['no algorithm', signed({ ...head, alg: undefined }, body)],
  ['the key of another client', signed({ ...head, kid: 'other' }, body)],
  ['another type', signed({ ...head, typ: 'JWT' }, body)],
  ['another secret', signed(head, body, 'x'.repeat(32))],
  ['a token that an API made', signed(head, claims)],
  ['a mark of other claims', signed(head, { ...body, sub: 'mallory' })],
  ['a mark of another id', signed(head, { ...body, jti: `other.${String(body['jti']).split('.')[1]}` })],
  ['a mark that is empty', signed(head, { ...body, jti: 'id.' })],
  ['an id that is no text', signed(head, { ...body, jti: [body['jti']] })],
  ['no id', signed(head, { ...body, jti: undefined })],
  ['the mark of another server', issued({}, keys())],
  ['another issuer', issued({ iss: 'https://other.example' })],
  ['a token of another client', issued({ client_id: 'other' })],
  ['an expired token', issued({ exp: noon })],
  ['claims that are a list', signed(head, [body])],
  ['no token', ''],
]
for (const [name, one] of refused)
  test(`refused: ${name}`, async () => assert.equal(shared.verify(web, ['at+jwt'], await one, noon), undefined))

test('who signed is told only of a token of this algorithm', () => {
  const other = (header: object) => shared.signerOf(signed(header, body))
  assert.deepEqual(
    [other({ alg: 'HS256', kid: 'x' }), other({ alg: 'HS256', kid: 1 }), other({ alg: 'HS256' })],
    ['x', undefined, undefined],
  )
  assert.deepEqual([other({ alg: 'ES256', kid: 'x' }), shared.signerOf('x.y.z'), shared.signerOf(encoded(head))], Array(3).fill(undefined))
})

test('a chosen secret has at least the 32 bytes of the hash, and opens for its client alone', () => {
  assert.throws(() => shared.sealSecret('web', 'x'.repeat(31)), RangeError)
  const sealedSigningSecret = shared.sealSecret('web', 'ä'.repeat(16))
  assert.equal(shared.secretOf({ client_id: 'web', sealedSigningSecret }), 'ä'.repeat(16))
  assert.throws(() => shared.secretOf({ client_id: 'other', sealedSigningSecret }), { name: 'Unsealable' })
  assert.notEqual(shared.secretOf(web), shared.secretOf({ ...web, client_id: 'other' }))
})
