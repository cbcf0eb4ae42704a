/** The certificates with which each tenant signs credentials — RFC 7515 §4.1.6, ISO/IEC 18013-5 §9.3.1. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { createRemoteJWKSet, importX509, jwtVerify } from 'jose'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Authority, authority, type Form, selfSigned } from '../certificates.ts'
import { commandLine } from '../command-line.ts'
import { engines } from '../postgres.ts'
import { alice, call } from './application.ts'
import { aWallet, badge, declare, type Wallet, walletOf } from './credential-setup.ts'

const license = { ...badge, id: 'licence', format: 'mso_mdoc', doctype: 'org.iso.18013.5.1.mDL' }
const mobile = { ...license, claims: badge.claims.map(({ disclosure: _, ...claim }) => ({ ...claim, namespace: 'org.iso.18013.5.1' })) }

/** A tenant that issues a badge and a licence, and a wallet there. */
async function issuer(gatehouse: TestApp, slug: string): Promise<Wallet> {
  await gatehouse.app.tenants.create({ slug, name: slug })
  const tenant = (await gatehouse.app.tenant(slug)) as Tenant
  await declare(tenant, badge, mobile)
  const own = (await gatehouse.app.tenant(slug)) as Tenant
  await gatehouse.addClient({ ...aWallet, scope: 'staff-badge' }, undefined, own)
  await gatehouse.addAccount({ username: alice.username, claims: { given_name: 'Alice' } }, alice.password, own)
  return walletOf(gatehouse, { issuer: `${gatehouse.issuer}/t/${slug}` })
}

async function issuedBy(wallet: Wallet): Promise<{ jwt: string; kid: string; chain: X509Certificate[] }> {
  const { status, body } = await wallet.ask((await wallet.token()).access_token)
  assert.equal(status, 200, JSON.stringify(body))
  const [jwt] = body.credentials[0].credential.split('~')
  const { x5c = [], kid } = JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url').toString())
  return { jwt, kid, chain: x5c.map((der: string) => new X509Certificate(Buffer.from(der, 'base64'))) }
}

async function verified(jwt: string, leaf: X509Certificate, gatehouse: TestApp) {
  return (await jwtVerify(jwt, await importX509(leaf.toString(), 'ES256'), { currentDate: new Date(gatehouse.now() * 1000) })).payload
}

async function supported(gatehouse: TestApp, slug: string): Promise<string[]> {
  const { body } = await call(`${gatehouse.issuer}/.well-known/openid-credential-issuer/t/${slug}`)
  return Object.keys(body.credential_configurations_supported).toSorted()
}

for (const engine of Object.keys(engines) as Engine[])
  suite(`${engine}: certificates of credential issuers`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-issuers-'))
    let root: Authority
    const soon = Math.floor(Date.now() / 1000) + 10.5 * 86_400
    let gatehouse: TestApp
    before(async () => {
      root = await authority('CN=root')
      const intermediate = await root.authority('CN=intermediate')
      const give = async (slug: string, form: Form) => {
        const { cert, key } = await intermediate.issue({ subject: `CN=${slug}`, ...form })
        writeFileSync(join(folder, `${slug}.key`), key, { mode: 0o600 })
        writeFileSync(join(folder, `${slug}.pem`), cert + root.cert)
      }
      await give('acme', {})
      await give('brief', { notAfter: soon })
      gatehouse = await testApp(engine, { CREDENTIALS_TENANTS_FOLDER: folder })
    })
    after(async () => {
      await gatehouse.close()
      rmSync(folder, { recursive: true })
    })

    test('§2.11 HAIP: a tenant signs with the key of its files; the leaf comes first, and the trust anchor is left out', async () => {
      const { jwt, chain } = await issuedBy(await issuer(gatehouse, 'acme'))
      assert.deepEqual(
        chain.map(({ subject }) => subject),
        ['CN=acme', 'CN=intermediate'],
      )
      assert.ok(chain[0]!.verify(chain[1]!.publicKey) && chain[1]!.verify(new X509Certificate(root.cert).publicKey))
      const { exp = 0, iat = 0 } = await verified(jwt, chain[0]!, gatehouse)
      assert.equal(exp - iat, 90 * 86_400, 'as long as its validity says')
      assert.deepEqual(await supported(gatehouse, 'acme'), ['licence', 'staff-badge'], 'mobile documents too')
    })

    test('a credential ends before its certificate does', async () => {
      const { jwt, chain } = await issuedBy(await issuer(gatehouse, 'brief'))
      const { exp = 0, iat = 0 } = await verified(jwt, chain[0]!, gatehouse)
      assert.deepEqual([exp - iat, exp <= soon], [10 * 86_400, true], 'in whole days')
    })

    test('in development mode a tenant without files gets a key and an authority of its own', async () => {
      const wallet = await issuer(gatehouse, 'globex')
      const { jwt, chain } = await issuedBy(wallet)
      const anchor = new X509Certificate(readFileSync(join(gatehouse.data, 'credential-authorities', 'globex', 'authority.pem')))
      assert.equal(chain.length, 1)
      assert.ok(chain[0]!.checkIssued(anchor) && chain[0]!.verify(anchor.publicKey))
      assert.ok(chain[0]!.subjectAltName?.includes(`URI:${wallet.issuer}`))
      await verified(jwt, chain[0]!, gatehouse)
      const { chain: other } = await issuedBy(await issuer(gatehouse, 'initech'))
      assert.ok(!other[0]!.verify(anchor.publicKey), 'tenants share no authority')
      assert.deepEqual(await supported(gatehouse, 'globex'), ['licence', 'staff-badge'])
    })

    test('without either, a signing key of the tenant signs, for no longer than it is published, and no mobile documents', async () => {
      const plain = await testApp(engine, { CREDENTIALS_DEVELOPMENT_AUTHORITY: 'false' })
      const { jwt, chain } = await issuedBy(await issuer(plain, 'plain'))
      assert.equal(chain.length, 0)
      const { jwks_uri } = (await call(`${plain.issuer}/.well-known/jwt-vc-issuer/t/plain`)).body
      const currentDate = new Date(plain.now() * 1000)
      const { payload } = await jwtVerify(jwt, createRemoteJWKSet(new URL(jwks_uri)), { currentDate })
      assert.ok((payload.exp as number) <= plain.now() + 15 * 86_400, 'it ends before its key is no longer published')
      assert.deepEqual(await supported(plain, 'plain'), ['staff-badge'])
      await plain.close()
    })
  })

test('files of tenants that cannot be used are refused at the start', async () => {
  const { folder, gatehouse, remove } = await commandLine()
  const acme = await (await authority('CN=root')).issue({ subject: 'CN=acme' })
  const other = await (await authority('CN=root')).issue({ subject: 'CN=other' })
  const rsa = await (await authority('CN=root')).issue({ key: 'RSA-2048' })
  const alone = await selfSigned({ subject: 'CN=alone' })
  const rows: [name: string, key: string, certificate: string | undefined, mode: number, message: RegExp][] = [
    ['no certificate', acme.key, undefined, 0o600, /acme.pem cannot be read: ENOENT/],
    ['the certificate of another key', acme.key, other.cert, 0o600, /acme.pem is not the certificate of .*acme.key/],
    ['a key of another kind', rsa.key, rsa.cert, 0o600, /acme.key does not hold a key for ES256: a key on the curve P-256 is needed/],
    [
      'a certificate that the key signed',
      alone.key,
      alone.cert,
      0o600,
      /acme.pem does not begin with a certificate that an authority issued/,
    ],
    [
      'a chain in another order',
      acme.key,
      acme.cert + other.cert,
      0o600,
      /acme.pem is not in order: each certificate must be issued by the next/,
    ],
    ['a key that others can read', acme.key, acme.cert, 0o644, /acme.key can be accessed by users other than its owner: run "chmod 600/],
  ]
  const env = { GATEHOUSE_CREDENTIALS_TENANTS_FOLDER: join(folder, 'issuers') }
  assert.match((await gatehouse('users list', '', env)).err, /credentials.tenants_folder: .*issuers cannot be read: ENOENT/)
  for (const [name, key, certificate, mode, message] of rows) {
    const issuers = mkdtempSync(join(folder, 'issuers-'))
    writeFileSync(join(issuers, 'acme.key'), key)
    chmodSync(join(issuers, 'acme.key'), mode)
    if (certificate !== undefined) writeFileSync(join(issuers, 'acme.pem'), certificate)
    const { status, err } = await gatehouse('users list', '', { GATEHOUSE_CREDENTIALS_TENANTS_FOLDER: issuers })
    assert.deepEqual([status, message.test(err)], [78, true], `${name}: ${err}`)
  }
  await remove()
})
