import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { importJWK, jwtVerify } from 'jose'
import { generate } from 'selfsigned'
import { memoryKeyStore } from '../../test/memory-key-store.ts'
import { openKeyring } from '../../test/open-keyring.ts'
import type { SigningAlg } from '../protocol/algs.ts'
import { BadKeyFile } from './kek.ts'
import { readKeyFile } from './key-files.ts'
import { sealer } from './seal.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'))
after(() => rmSync(folder, { recursive: true }))

let files = 0
function kept(content: string | KeyObject): string {
  const path = join(folder, `${files++}.pem`)
  const text =
    typeof content === 'string' ? content : content.export({ format: 'pem', type: content.type === 'private' ? 'pkcs8' : 'spki' })
  writeFileSync(path, text)
  return path
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const file = (alg: SigningAlg, key: string | KeyObject, more: { publicKeyFile?: string; certificateFile?: string } = {}) =>
  readKeyFile({ alg, privateKeyFile: kept(key), publicKeyFile: undefined, certificateFile: undefined, ...more })

test('a key from a file replaces ours and is published with its certificate', async () => {
  const { private: key, cert, public: spki } = await generate([{ name: 'commonName', value: 'keys.example' }], { keySize: 2048 })
  const fixed = await file('RS256', key, { certificateFile: kept(cert), publicKeyFile: kept(spki) })
  const now = () => 1000
  const store = memoryKeyStore()
  const options = { tenantId: 'root', issuer: 'https://as.example', algs: ['ES256', 'RS256'] as const, rsaBits: 2048, now, reloadEvery: 1 }
  const ring = await openKeyring({
    reseal: async () => {},
    ...options,
    store,
    sealer: sealer([Buffer.alloc(32, 'k')], (n) => crypto.getRandomValues(Buffer.alloc(n))),
    fixed: [fixed],
  })
  const token = await ring.sign('RS256', 'at+jwt', { iss: 'https://as.example', exp: 2000 })
  assert.ok(await ring.verify(['at+jwt'], token, 1000))
  assert.deepEqual(
    store.rows.map((row) => row.alg),
    ['ES256'],
    'no key is created where a file is given',
  )

  const published = (await ring.jwks(1000)).keys as { kid: string; alg: string; x5c?: string[]; 'x5t#S256'?: string }[]
  const jwk = published.find((one) => one.alg === 'RS256')!
  const { payload } = await jwtVerify(token, await importJWK(jwk), { currentDate: new Date(1_000_000) })
  assert.equal(payload.iss, 'https://as.example')
  const certificate = new X509Certificate(Buffer.from(jwk.x5c![0]!, 'base64'))
  assert.match(certificate.subject, /keys\.example/)
  assert.equal(jwk['x5t#S256'], Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'))
  assert.doesNotMatch(JSON.stringify(published), /"[dpq]"/)
})

test('a file without a key for its algorithm is refused without revealing its content', async () => {
  const { cert } = await generate([{ name: 'commonName', value: 'other.example' }], { keySize: 2048 })
  const encrypted = rsa.privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }) as string
  const table: [string, () => Promise<unknown>, RegExp][] = [
    ['another kind of key', () => file('RS256', p256.privateKey), /does not hold a key for RS256: an RSA key/],
    ['another curve', () => file('ES256', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey), /P-256 is needed/],
    ['too short', () => file('PS256', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), /2048 to 8192 bits/],
    ['not Ed25519', () => file('EdDSA', p256.privateKey), /Ed25519 key is needed/],
    ['a public key', () => file('RS256', rsa.publicKey), /does not hold a key in PEM/],
    ['a passphrase', () => file('RS256', encrypted), /does not hold a key in PEM/],
    ['no PEM', () => file('RS256', 'hello'), /does not hold a key in PEM/],
    [
      'no file',
      () => readKeyFile({ alg: 'RS256', privateKeyFile: join(folder, 'none'), publicKeyFile: undefined, certificateFile: undefined }),
      /ENOENT/,
    ],
    ['a foreign certificate', () => file('RS256', rsa.privateKey, { certificateFile: kept(cert) }), /is not the certificate of/],
    ['no certificate', () => file('RS256', rsa.privateKey, { certificateFile: kept('hello') }), /is not the certificate of/],
    ['a foreign public key', () => file('ES256', p256.privateKey, { publicKeyFile: kept(rsa.publicKey) }), /is not the public key of/],
  ]
  for (const [name, work, message] of table)
    await assert.rejects(work, (error: Error) => error instanceof BadKeyFile && message.test(error.message), name)
})
