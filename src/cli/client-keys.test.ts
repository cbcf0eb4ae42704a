/** The keys of a client on the command line: from a file, from an address, or made on the spot. */
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pem, selfSigned } from '../../test/certificates.ts'
import { commandLine } from '../../test/command-line.ts'

const { gatehouse, json, folder, remove } = await commandLine()
after(remove)

const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
let made = 0
const by = '--token-endpoint-auth-method private_key_jwt --grant-types client_credentials --scope read'
const create = (flags: string) => gatehouse(`clients create --client-id c${++made} ${by} ${flags}`)
const keys = async (id = `c${made}`) => (await json(`clients show ${id}`)).jwks.keys
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = publicKey.export({ format: 'jwk' })
const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString()

for (const alg of ['ES256', 'PS256', 'EdDSA'])
  test(`a key for ${alg} is made: its private half is in a file for its owner alone, its public half is registered`, async () => {
    const path = join(folder, `${alg}.json`)
    const { status, out, err } = await create(`--generate-key ${path} --key-alg ${alg}`)
    assert.equal(status, 0, err)
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600)
    const own = JSON.parse(readFileSync(path, 'utf8'))
    const [registered, ...more] = await keys()
    assert.deepEqual([own.alg, own.use, own.kid, more.length], [alg, 'sig', registered.kid, 0])
    assert.ok(createPublicKey(createPrivateKey({ key: own, format: 'jwk' })).equals(createPublicKey({ key: registered, format: 'jwk' })))
    assert.ok(!('d' in registered) && !out.includes(own.d))
    assert.match(err, /The private key is in .*, and nowhere else\./)
  })

test('without a file the private key is printed once', async () => {
  const { out, err } = await create('--generate-key')
  const printed = JSON.parse(/^private_key +(\{.*\})$/m.exec(out)?.[1] ?? '')
  assert.equal(printed.kid, (await keys())[0].kid)
  assert.match(err, /The private key is not stored here: note it now\./)
  const shown = await json(`clients create --client-id c${++made} ${by} --generate-key`)
  assert.ok(createPrivateKey({ key: shown.private_key, format: 'jwk' }))
  assert.ok(!JSON.stringify(await json(`clients show c${made}`)).includes(shown.private_key.d))
})

test('a further key joins those of a client, so that it can change to it', async () => {
  await create('--generate-key')
  const [first] = await keys()
  const { private_key } = await json(`clients update c${made} --generate-key`)
  assert.deepEqual(
    (await keys()).map(({ kid }: { kid: string }) => kid),
    [first.kid, private_key.kid],
  )
  const only = file('only.json', JSON.stringify({ keys: [jwk] }))
  assert.equal((await gatehouse(`clients update c${made} --jwks-file ${only}`)).status, 0)
  assert.deepEqual(await keys(), [jwk])
})

test('keys come from a JWK Set, a JWK, public keys and certificates as PEM', async () => {
  const certificate = await selfSigned()
  const files: [content: string, expected: object[]][] = [
    [JSON.stringify({ keys: [{ ...jwk, kid: 'a' }, jwk] }), [{ ...jwk, kid: 'a' }, jwk]],
    [JSON.stringify(jwk), [jwk]],
    [publicPem, [jwk]],
    [publicPem + pem(certificate), [jwk, { ...certificate.jwk, x5c: [certificate.der.toString('base64')] }]],
  ]
  for (const [content, expected] of files) {
    const { status, err } = await create(`--jwks-file ${file('keys', content)}`)
    assert.equal(status, 0, err)
    assert.deepEqual(await keys(), expected)
  }
})

test('keys come from an address', async () => {
  assert.equal((await create('--jwks-uri https://client.example/jwks.json')).status, 0)
  assert.equal((await json(`clients show c${made}`)).jwks_uri, 'https://client.example/jwks.json')
})

const holds = /holds neither a JWK Set, nor a JWK, nor public keys or certificates as PEM/
const privatePem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const refusals: [name: string, flags: () => string, status: number, problem: RegExp][] = [
  ['a file that is none', () => `--jwks-file ${join(folder, 'none')}`, 1, /cannot be read/],
  ['a file that is no JSON', () => `--jwks-file ${file('text', 'hello')}`, 1, holds],
  ['a JSON array', () => `--jwks-file ${file('array', '[]')}`, 1, holds],
  ['an object that is no key', () => `--jwks-file ${file('object', '{"a": 1}')}`, 1, holds],
  ['a private key as PEM', () => `--jwks-file ${file('private', privatePem)}`, 1, holds],
  ['a private key beside a public one', () => `--jwks-file ${file('both', publicPem + privatePem)}`, 1, holds],
  ['a broken PEM', () => `--jwks-file ${file('broken', publicPem.replace(/M/, 'A'))}`, 1, holds],
  ['a private JWK', () => `--jwks-file ${file('d', JSON.stringify(privateKey.export({ format: 'jwk' })))}`, 1, /must be a public key/],
  ['an empty set', () => `--jwks-file ${file('empty', '{"keys": []}')}`, 1, /--jwks-file must not be empty/],
  ['an empty set in another flag', () => `--jwks-keys []`, 1, /--jwks-keys must not be empty/],
  ['no keys', () => '', 1, /--jwks-file is needed for private_key_jwt/],
  [
    'none to encrypt for',
    () => `--jwks-file ${file('sig', JSON.stringify({ ...jwk, use: 'sig' }))} --id-token-encrypted-response-alg ECDH-ES`,
    1,
    /--jwks-file must hold a valid key for ECDH-ES/,
  ],
  ['an address of another scheme', () => '--jwks-uri ftp://x.example', 1, /^error: --jwks-uri must be an absolute http or https URL\n$/],
  ['both flags', () => `--jwks-file ${file('one', JSON.stringify(jwk))} --generate-key`, 2, /cannot be combined/],
  ['another algorithm', () => '--generate-key --key-alg RS256', 2, /Allowed choices are ES256, PS256, EdDSA/],
  ['a file that is there', () => `--generate-key ${file('there', 'keep me')}`, 1, /there exists already/],
  ['a folder that is not', () => `--generate-key ${join(folder, 'nowhere', 'key')}`, 1, /cannot be written/],
]
for (const [name, flags, status, problem] of refusals)
  test(`refused: ${name}`, async () => {
    const outcome = await create(flags())
    assert.equal(outcome.status, status, outcome.err)
    assert.match(outcome.err, problem)
    assert.notEqual((await gatehouse(`clients show c${made}`)).status, 0, 'nothing is registered')
  })

test('what is refused leaves no key behind, and no file is overwritten', async () => {
  assert.equal(readFileSync(join(folder, 'there'), 'utf8'), 'keep me')
  const path = join(folder, 'taken.json')
  const taken = await gatehouse(`clients create --client-id c1 ${by} --generate-key ${path}`)
  assert.deepEqual([taken.status, existsSync(path)], [1, false])
  const changed = await gatehouse(`clients update c1 --jwks-uri https://client.example/jwks --generate-key ${path}`)
  assert.deepEqual([changed.status, existsSync(path)], [1, false], changed.err)
  const { err } = await gatehouse('clients update c1 --policy-allowed-algs HS256')
  assert.match(err, /^error: entry 1 of --policy-allowed-algs must be one of ES256, .*, Ed25519\n$/)
})
