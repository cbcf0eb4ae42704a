import assert from 'node:assert/strict'
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { developmentAuthority } from './development-authority.ts'

const parent = mkdtempSync(join(tmpdir(), 'gatehouse-authority-'))
after(() => rmSync(parent, { recursive: true }))

const now = 1_800_000_000
const day = 86_400
const issuer = 'https://id.example/t/acme'
const ask = { issuer, now, random: randomBytes }
const texts = (files: object) => Object.values(files).map((path) => readFileSync(path, 'utf8'))

test('the files are made once, for their owner alone, also when several ask at once', async () => {
  const folder = join(parent, 'once')
  const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => developmentAuthority(folder, ask)))
  for (const other of others) assert.deepEqual(other, first)
  const made = texts(first!)
  assert.deepEqual(await developmentAuthority(folder, { ...ask, issuer: 'https://other.example' }), first)
  assert.deepEqual(texts(first!), made)
  assert.deepEqual(readdirSync(parent), ['once'], 'no draft is left')
  if (process.platform !== 'win32')
    assert.deepEqual([statSync(folder).mode & 0o777, statSync(first!.privateKeyFile).mode & 0o777], [0o700, 0o600])
})

test('a folder that cannot be made is told', async () => {
  writeFileSync(join(parent, 'file'), '')
  await assert.rejects(developmentAuthority(join(parent, 'file', 'below'), ask), { code: 'ENOTDIR' })
})

test('what verifiers look at in the certificates', async () => {
  const [key = '', certificate = '', anchor = ''] = texts(await developmentAuthority(join(parent, 'content'), ask))
  const [own, root] = [new X509Certificate(certificate), new X509Certificate(anchor)]
  assert.ok(own.checkIssued(root) && own.verify(root.publicKey) && root.checkIssued(root) && root.verify(root.publicKey))
  assert.ok(own.checkPrivateKey(createPrivateKey(key)))
  assert.deepEqual([root.subject, own.subject, own.ca], ['CN=Gatehouse development authority\nC=ZZ', 'CN=id.example\nC=ZZ', false])
  assert.equal(own.subjectAltName, `DNS:id.example, URI:${issuer}`)
  const times = (one: X509Certificate) => [one.validFrom, one.validTo].map((time) => Date.parse(time) / 1000 - now)
  assert.deepEqual(
    [times(own), times(root)],
    [
      [-day, 1825 * day],
      [-day, 3650 * day],
    ],
  )
  for (const { serialNumber } of [own, root]) assert.match(serialNumber, /^01[0-9A-F]{30}$/)
  assert.notEqual(own.serialNumber, root.serialNumber)
})

test('what the certificates may be used for, ISO/IEC 18013-5 annex B', async () => {
  const [, certificate = '', anchor = ''] = texts(await developmentAuthority(join(parent, 'use'), ask))
  const [own, root] = [new x509.X509Certificate(certificate), new x509.X509Certificate(anchor)]
  const critical = (one: x509.X509Certificate) => Object.fromEntries(one.extensions.map((each) => [each.type, each.critical]))
  const [subjectKey, authorityKey, names, use, extendedUse, constraints] = [14, 35, 17, 15, 37, 19].map((n) => `2.5.29.${n}`) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  assert.deepEqual(critical(root), { [constraints]: true, [use]: true, [subjectKey]: false })
  assert.deepEqual(critical(own), { [use]: true, [extendedUse]: true, [names]: false, [subjectKey]: false, [authorityKey]: false })
  const { ca, pathLength } = root.getExtension(x509.BasicConstraintsExtension)!
  assert.deepEqual([ca, pathLength], [true, 0])
  const usages = (one: x509.X509Certificate) => one.getExtension(x509.KeyUsagesExtension)!.usages
  assert.equal(usages(root), x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign)
  assert.equal(usages(own), x509.KeyUsageFlags.digitalSignature)
  assert.deepEqual([...own.getExtension(x509.ExtendedKeyUsageExtension)!.usages], ['1.0.18013.5.1.2'])
  const rootKey = root.getExtension(x509.SubjectKeyIdentifierExtension)!.keyId
  assert.equal(own.getExtension(x509.AuthorityKeyIdentifierExtension)!.keyId, rootKey)
  assert.notEqual(own.getExtension(x509.SubjectKeyIdentifierExtension)!.keyId, rootKey)
})
