import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { authority, type Identity, pem, selfSigned } from '../../test/certificates.ts'
import { credentialKey, readCertifiedKey } from './credential-key.ts'
import { BadKeyFile } from './kek.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-certified-'))
after(() => rmSync(folder, { recursive: true }))

let files = 0
/** The key of the first, with the certificates of all. */
function read(own: Identity, ...above: Identity[]) {
  const [privateKeyFile, certificateFile] = ['key', 'pem'].map((end) => join(folder, `${files}.${end}`)) as [string, string]
  files += 1
  writeFileSync(privateKeyFile, own.key)
  writeFileSync(certificateFile, [own, ...above].map(pem).join(''))
  return readCertifiedKey({ privateKeyFile, certificateFile })
}
const base64 = (...some: Identity[]) => some.map(({ der }) => der.toString('base64'))

const soon = 2_000_000_000
const root = await authority('CN=root')
const between = await root.authority('CN=between', { notAfter: soon })
const leaf = await between.issue({ notAfter: soon + 1 })

test('the certificates lead upwards, and a trust anchor at the end is left out', async () => {
  assert.deepEqual((await read(leaf, between, root)).x5c, base64(leaf, between))
  assert.deepEqual((await read(leaf, between)).x5c, base64(leaf, between))
  assert.deepEqual((await read(leaf)).x5c, base64(leaf))
})

test('a certificate is its own issuer only if it names itself and its own key signed it', async () => {
  const namesake = await root.issue({ subject: 'CN=root' })
  assert.deepEqual((await read(namesake, root)).x5c, base64(namesake))
  const sameKey = await root.issue({ subject: 'CN=client', pairOf: root })
  assert.deepEqual((await read(sameKey, root)).x5c, base64(sameKey))
})

const otherName = await authority('CN=other', { pairOf: root })
const refused: [name: string, chain: [Identity, ...Identity[]], problem: RegExp][] = [
  ['that its subject signed', [await selfSigned()], /does not begin with a certificate that an authority issued/],
  ['without the one between', [leaf, root], /is not in order: each certificate must be issued by the next/],
  ['that another key signed', [await root.issue({ forged: true }), root], /is not in order/],
  ['that is of an issuer of another name', [await root.issue(), otherName], /is not in order/],
  ['with the wrong one higher up', [leaf, between, await authority('CN=stranger')], /is not in order/],
]
for (const [name, chain, problem] of refused)
  test(`a certificate ${name} is refused`, () =>
    assert.rejects(read(...chain), (error: Error) => error instanceof BadKeyFile && problem.test(error.message)))

test('no credential outlives the first certificate that expires', async () => {
  const certified = await read(leaf, between)
  assert.equal(certified.notAfter, soon)
  const never = () => assert.fail('the key of the file signs')
  const key = credentialKey(certified, never, 1)
  assert.deepEqual([soon - 5, soon, soon + 5].map(key.longest), [5, 0, 0])
  assert.equal(credentialKey(undefined, never, 7).longest(soon), 7)
})
