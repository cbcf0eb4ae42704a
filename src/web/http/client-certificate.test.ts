/** Which certificate is taken for that of the client: every format of a header, forged ones, and the connection — RFC 9440. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { authority, pem, selfSigned } from '../../../test/certificates.ts'
import { certificateOf } from './client-certificate.ts'
import type { ForwardedFormat } from './forwarded-certificate.ts'

const bank = await authority('CN=Bank')
const branch = await bank.authority('CN=Branch')
const ours = await branch.issue()
const others = await selfSigned()

const bytes = (der: Buffer) => `:${der.toString('base64')}:`
const escaped = (text: string) => encodeURIComponent(text)
const base64 = (der: Buffer) => der.toString('base64')
const headerOf = { rfc9440: 'client-cert', nginx: 'ssl-client-cert', envoy: 'x-forwarded-client-cert', haproxy: 'x-ssl-client-cert' }
const written: Record<ForwardedFormat, string> = {
  rfc9440: bytes(ours.der),
  nginx: escaped(pem(ours)),
  envoy: `By=spiffe://a;Hash=ab;Subject="CN=a, \\"b\\";O=c";Cert="${escaped(pem(ours))}"`,
  haproxy: base64(ours.der),
}
const formats = Object.keys(headerOf) as ForwardedFormat[]
const trusted = ['10.0.0.0/8', '::1']

type Headers = Record<string, string | string[]>
const connection = (headers: Headers, remoteAddress: string | undefined, peer?: Buffer) => ({
  headers,
  socket: { remoteAddress, getPeerX509Certificate: () => (peer ? { raw: peer, issuerCertificate: undefined } : undefined) },
})
const read = (format: ForwardedFormat, headers: Headers, from: string | undefined = '10.0.0.1', peer?: Buffer) =>
  certificateOf({ format, header: undefined }, trusted)(connection(headers, from, peer))

for (const format of formats) {
  const name = headerOf[format]
  suite(`behind a proxy that writes ${format}`, () => {
    test('its header is believed', () => {
      for (const from of ['10.0.0.1', '::ffff:10.0.0.1', '::1'])
        assert.deepEqual(read(format, { [name]: written[format] }, from).certificates, [ours.der], from)
    })
    test('the certificate of the proxy itself does not count', () => {
      assert.deepEqual(read(format, { [name]: written[format] }, '10.0.0.1', others.der).certificates, [ours.der])
      assert.equal(read(format, {}, '10.0.0.1', others.der).certificates, undefined)
      assert.equal(read(format, { [name]: '' }, '10.0.0.1', others.der).certificates, undefined)
    })
    test('anybody else is known by the connection alone', () => {
      for (const from of ['203.0.113.1', '::ffff:203.0.113.1', '::2', '', 'unknown', undefined]) {
        const headers = { [name]: written[format], 'x-forwarded-for': '10.0.0.1' }
        assert.equal(read(format, headers, from ?? '').certificates, undefined, String(from))
        assert.deepEqual(read(format, headers, from ?? '', others.der).certificates, [others.der], String(from))
      }
    })
    test('no rule sees the header', () => {
      for (const from of ['10.0.0.1', '203.0.113.1'])
        assert.deepEqual(read(format, { [name]: written[format], 'client-cert-chain': 'x', accept: 'a' }, from).headers, {
          ...(format === 'rfc9440' ? {} : { 'client-cert-chain': 'x' }),
          accept: 'a',
        })
    })
    test('headers of other formats mean nothing', () => {
      const headers = Object.fromEntries(formats.filter((other) => other !== format).map((other) => [headerOf[other], written[other]]))
      assert.equal(read(format, headers).certificates, undefined)
    })
    const value = written[format]
    const malformed: Headers = {
      'sent twice': [value, value],
      'sent twice and joined': `${value}, ${value}`,
      'appended to that of the client': `${written[format].replaceAll(base64(ours.der), base64(others.der))}, ${value}`,
      garbage: 'garbage',
      'cut off': value.slice(0, -2),
      'with something before': `=${value}`,
      'with something after': `${value}x`,
      'with broken percent-encoding': '%zz',
      'of another format': written[format === 'haproxy' ? 'rfc9440' : 'haproxy'],
      null: '(null)',
      oversized: base64(Buffer.alloc(20_000)),
    }
    for (const [how, text] of Object.entries(malformed))
      test(`a header is read as unreadable ${how}`, () => {
        const { certificates } = read(format, { [name]: text })
        assert.ok(certificates && !certificates.some((one) => Buffer.from(one).equals(ours.der)), `${certificates?.length}`)
      })
  })
}

suite('a chain', () => {
  test('comes in Client-Cert-Chain', () => {
    const chain = `${bytes(branch.der)}, ${bytes(bank.der)}`
    const { certificates } = read('rfc9440', { 'client-cert': bytes(ours.der), 'client-cert-chain': chain })
    assert.deepEqual(certificates, [ours.der, branch.der, bank.der])
    const longest = Array(8).fill(bytes(branch.der)).join(',')
    assert.equal(read('rfc9440', { 'client-cert': bytes(ours.der), 'client-cert-chain': longest }).certificates?.length, 9)
    const unended = [`:${base64(branch.der)}A`, `A${base64(branch.der)}:`]
    for (const bad of ['x', ...unended, `${bytes(branch.der)};a=b`, `${chain},`, Array(9).fill(bytes(branch.der)).join(',')])
      assert.deepEqual(read('rfc9440', { 'client-cert': bytes(ours.der), 'client-cert-chain': bad }).certificates, [], bad)
    assert.equal(read('rfc9440', { 'client-cert-chain': chain }).certificates, undefined)
  })
  test('comes in Chain of Envoy', () => {
    const element = (chain: string) => ({ 'x-forwarded-client-cert': `Cert="${escaped(pem(ours))}";Chain="${escaped(chain)}"` })
    assert.deepEqual(read('envoy', element(pem(ours) + pem(branch))).certificates, [ours.der, branch.der])
    assert.deepEqual(read('envoy', element('x')).certificates, [])
  })
  test('must be of a certificate', () => {
    const chain = `Chain="${escaped(pem(ours))}"`
    const cert = `Cert="${escaped(pem(ours))}"`
    for (const value of [
      'Hash=ab',
      chain,
      `${cert};=x`,
      `${cert};"`,
      `${cert}; ${cert}`,
      `Cert="";${chain}`,
      `Cert="${escaped(pem(ours) + pem(branch))}"`,
    ])
      assert.deepEqual(read('envoy', { 'x-forwarded-client-cert': value }).certificates, [])
  })
  test('of a handshake is read as far as it may be long', () => {
    interface Link {
      raw: Buffer
      issuerCertificate: Link | undefined
    }
    const circle: Link = { raw: ours.der, issuerCertificate: undefined }
    circle.issuerCertificate = circle
    const socket = { getPeerX509Certificate: () => circle }
    assert.equal(certificateOf(undefined, [])({ socket, headers: {} }).certificates?.length, 9)
  })
})

test('base64 is read strictly', () => {
  for (const format of ['rfc9440', 'haproxy'] as const)
    for (const inserted of ['    ', '!!!!', '====', '-___']) {
      const value = written[format].replace(/(.{8})/, `$1${inserted}`)
      assert.deepEqual(read(format, { [headerOf[format]]: value }).certificates, [], `${format} ${inserted}`)
    }
})

test('an operator chooses the header', () => {
  const chosen = certificateOf({ format: 'haproxy', header: 'x-cert' }, trusted)
  assert.deepEqual(chosen(connection({ 'x-cert': base64(ours.der) }, '10.0.0.1')).certificates, [ours.der])
  assert.equal(chosen(connection({ 'x-ssl-client-cert': base64(ours.der) }, '10.0.0.1')).certificates, undefined)
})

test('no header is read where proxies forward none', () => {
  for (const format of formats)
    assert.equal(certificateOf(undefined, trusted)(connection({ [headerOf[format]]: written[format] }, '10.0.0.1')).certificates, undefined)
})

test('a connection without TLS presents nothing', () => {
  assert.equal(certificateOf(undefined, [])({ socket: { remoteAddress: '10.0.0.1' }, headers: {} }).certificates, undefined)
})
