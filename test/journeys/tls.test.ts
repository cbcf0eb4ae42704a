/** TLS by ourselves: 1.3 preferred, of 1.2 only forward-secret authenticated encryption, nothing older — BCP 195. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type ConnectionOptions, connect } from 'node:tls'
import { generate } from 'selfsigned'
import { freePort, type TestApp, testApp } from '../app.ts'

suite('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'))
  let gatehouse: TestApp
  let port: number
  let ca: string
  let firstKey: string
  before(async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
    ca = cert
    firstKey = key
    writeFileSync(join(folder, 'cert.pem'), cert)
    writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 })
    port = await freePort()
    gatehouse = await testApp('sqlite', {
      ISSUER: `https://localhost:${port}`,
      LISTEN_PORT: String(port),
      TLS_CERT_FILE: join(folder, 'cert.pem'),
      TLS_KEY_FILE: join(folder, 'key.pem'),
    })
  })
  after(async () => {
    await gatehouse.close()
    rmSync(folder, { recursive: true })
  })

  const made = () => generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
  const install = (cert: string, key: string) => {
    writeFileSync(join(folder, 'cert.pem'), cert)
    writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 })
  }
  /** Serial number of the certificate that new connections are shown. */
  async function serial(): Promise<string> {
    const socket = connect({ host: 'localhost', port, rejectUnauthorized: false })
    try {
      await once(socket, 'secureConnect')
      return socket.getPeerCertificate().serialNumber
    } finally {
      socket.destroy()
    }
  }

  test('point 20: a certificate that was replaced is used for new connections; a bad one leaves the old one in use', async () => {
    const { private: key, cert } = await made()
    const before = await serial()
    install(cert, key)
    await gatehouse.reloadCertificate()
    const after = await serial()
    assert.notEqual(after, before)
    assert.equal(after, new X509Certificate(cert).serialNumber)
    const other = await made()
    for (const [badCert, badKey] of [
      [other.cert, key],
      ['no certificate', key],
      [cert, ''],
    ] as const) {
      install(badCert, badKey)
      await gatehouse.reloadCertificate()
      assert.equal(await serial(), after)
    }
    rmSync(join(folder, 'cert.pem'))
    await gatehouse.reloadCertificate()
    assert.equal(await serial(), after)
    install(ca, firstKey)
    await gatehouse.reloadCertificate()
    assert.equal(await serial(), before)
  })

  async function shake(options: ConnectionOptions): Promise<{ protocol: string | null; cipher: string }> {
    const socket = connect({ host: 'localhost', port, ca, ...options })
    try {
      await once(socket, 'secureConnect')
      return { protocol: socket.getProtocol(), cipher: socket.getCipher().name }
    } finally {
      socket.destroy()
    }
  }

  test('1.3 is preferred', async () => {
    assert.equal((await shake({})).protocol, 'TLSv1.3')
  })

  test('of 1.2 only forward-secret authenticated encryption', async () => {
    for (const cipher of ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384'])
      assert.deepEqual(await shake({ maxVersion: 'TLSv1.2', ciphers: cipher }), { protocol: 'TLSv1.2', cipher })
    for (const cipher of ['AES128-GCM-SHA256', 'ECDHE-RSA-AES128-SHA256', 'AES256-SHA'])
      await assert.rejects(shake({ maxVersion: 'TLSv1.2', ciphers: cipher }), cipher)
  })

  test('1.0 and 1.1 are refused', async () => {
    for (const version of ['TLSv1', 'TLSv1.1'] as const)
      await assert.rejects(shake({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' }), version)
  })

  test('responses make the browser stay with https, and cookies are bound to this host', async () => {
    const { request } = await import('node:https')
    await gatehouse.addClient({ client_id: 'app', redirect_uris: ['https://app.example/cb'], policy: { pkce: 'optional' } }, 's')
    const query = new URLSearchParams({ client_id: 'app', redirect_uri: 'https://app.example/cb', response_type: 'code', scope: 'openid' })
    const ask = request(`${gatehouse.issuer}/authorize?${query}`, { ca }).end()
    const [response] = await once(ask, 'response')
    response.resume()
    assert.match(response.headers['strict-transport-security'], /max-age=63072000/)
    assert.match(String(response.headers['set-cookie']), /^__Host-gatehouse-browser=\S+; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  })
})
