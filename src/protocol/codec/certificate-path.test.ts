import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { authority, type Form, type Identity, pem, selfSigned } from '../../../test/certificates.ts'
import { type Certificate, certificatesOfPem, contentOf, readCertificate } from './certificate.ts'
import { pathFault } from './certificate-path.ts'

const now = Math.floor(Date.now() / 1000)
const read = ({ der }: Identity) => readCertificate(der) as Certificate

const root = await authority('CN=Root')
const intermediate = await root.authority('CN=Intermediate')
const ca = (pathLength?: number) => new x509.BasicConstraintsExtension(true, pathLength, true)
const signsCertificates = new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)

async function fault(leaf: Identity, presented: readonly Identity[] = [], trusted: readonly Identity[] = [root], at = now) {
  return pathFault(read(leaf), { presented: presented.map(read), trusted: trusted.map(read), now: at })
}

suite('a path leads to a trusted authority', () => {
  test('directly', async () => assert.equal(await fault(await root.issue()), undefined))
  test('through an authority that was presented', async () => {
    const leaf = await intermediate.issue()
    assert.equal(await fault(leaf, [intermediate]), undefined)
    assert.equal(await fault(leaf, []), 'no trusted authority issued the certificate')
    assert.equal(await fault(leaf, [], [intermediate]), undefined)
  })
  test('through several, in any order, and not through what does not belong to it', async () => {
    const third = await (await intermediate.authority('CN=Second')).authority('CN=Third')
    const second = await intermediate.authority('CN=Second')
    const below = await second.authority('CN=Third')
    const leaf = await below.issue()
    assert.equal(await fault(leaf, [intermediate, third, below, second]), undefined)
    assert.equal(await fault(leaf, [intermediate, below]), 'no trusted authority issued the certificate')
  })
  for (const key of ['EC', 'Ed25519', 'RSA-2048'] as const)
    test(`with a key of ${key}`, async () => {
      const signer = await authority('CN=Root', { key })
      assert.equal(await fault(await signer.issue({ key }), [], [signer]), undefined)
    })
  test('where a weak signature is that of the trusted authority, which proves nothing', async () => {
    const weak = await authority('CN=Weak', { key: 'RSA-2048', hash: 'SHA-1' })
    const trusted = await weak.authority('CN=Trusted')
    assert.equal(await fault(await trusted.issue(), [], [trusted]), undefined)
  })
  for (const hash of ['SHA-256', 'SHA-384', 'SHA-512'])
    for (const name of ['RSASSA-PKCS1-v1_5', 'ECDSA'])
      test(`with a signature by ${name} with ${hash}`, async () => {
        const kind = { name, hash, namedCurve: 'P-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
        const { publicKey, privateKey } = await crypto.subtle.generateKey(kind, false, ['sign', 'verify'])
        const made = async (subject: string, extensions: x509.Extension[]) => {
          const names = { subject, issuer: 'CN=Signer', notBefore: new Date((now - 1) * 1000) }
          const signed = { publicKey, signingKey: privateKey, signingAlgorithm: { name, hash }, extensions }
          return readCertificate(Buffer.from((await x509.X509CertificateGenerator.create({ ...names, ...signed })).rawData))!
        }
        const trusted = [await made('CN=Signer', [ca(), signsCertificates])]
        assert.equal(await pathFault(await made('CN=client', []), { presented: [], trusted, now }), undefined)
      })
  test('with critical extensions that are understood', async () => {
    const extensions = [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'client.example' }], true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth], true),
      new x509.CertificatePolicyExtension(['1.2.3.4'], true),
    ]
    for (const one of extensions) assert.equal(await fault(await root.issue({ extensions: [one] })), undefined, one.type)
  })
  test('through an authority for any purpose', async () => {
    const extensions = [ca(), signsCertificates, new x509.ExtendedKeyUsageExtension(['2.5.29.37.0'])]
    const below = await root.authority('CN=Below', { extensions })
    assert.equal(await fault(await below.issue(), [below]), undefined)
  })
  test('with purposes that include TLS clients', async () => {
    const extensions = [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth], true)]
    assert.equal(await fault(await root.issue({ extensions })), undefined)
  })
})

test('a certificate is in force from its first second to its last', async () => {
  const leaf = await root.issue({ notBefore: now - 10, notAfter: now + 10 })
  const isFaulty = await Promise.all([-11, -10, 10, 11].map(async (offset) => (await fault(leaf, [], [root], now + offset)) !== undefined))
  assert.deepEqual(isFaulty, [true, false, false, true])
})

suite('no path leads from', () => {
  const refused: Record<string, [expected: string, form: Form]> = {
    'a certificate that has expired': ['the certificate is not in force', { notAfter: now - 1 }],
    'a certificate that is not yet valid': ['the certificate is not in force', { notBefore: now + 60 }],
    'a signature of another key': ['no trusted authority issued the certificate', { forged: true }],
    'a weak key': ['the certificate has a key that is too weak, or of a kind that is not accepted', { key: 'RSA-1024' }],
    'a certificate for servers': [
      'the certificate is not for TLS clients',
      { extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])] },
    ],
    'a certificate for any purpose': [
      'the certificate is not for TLS clients',
      { extensions: [new x509.ExtendedKeyUsageExtension(['2.5.29.37.0'])] },
    ],
    'a key that is not for signatures': [
      'the certificate has a key that is not for signatures',
      { extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyEncipherment, true)] },
    ],
    'an unknown critical extension': [
      'the certificate has a critical extension that is not understood',
      { extensions: [new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0]))] },
    ],
    'an alternative name that cannot be parsed': [
      'no trusted authority issued the certificate',
      { extensions: [new x509.Extension('2.5.29.17', false, new Uint8Array([48, 3, 130, 5, 1]))] },
    ],
  }
  for (const [name, [expected, form]] of Object.entries(refused))
    test(name, async () => {
      assert.equal(await fault(await root.issue(form)), expected)
    })

  test('a weak signature', async () => {
    const signer = await authority('CN=Root', { key: 'RSA-2048', hash: 'SHA-1' })
    assert.equal(await fault(await signer.issue(), [], [signer]), 'the certificate is signed by an algorithm that is not accepted')
  })
  test('what the parser of names cannot parse', async () => {
    const leaf = { ...read(await root.issue()), der: Buffer.from('x') }
    const found = await pathFault(leaf, { presented: [], trusted: [read(root)], now })
    assert.equal(found, 'the certificate or one of its authorities cannot be parsed')
  })
  test('a certificate that signed itself', async () => {
    assert.equal(await fault(await selfSigned({ subject: 'CN=client' })), 'no trusted authority issued the certificate')
    assert.equal(await fault(await selfSigned({ subject: 'CN=Root' })), 'no trusted authority issued the certificate')
  })
  test('another authority of the same name', async () => {
    assert.equal(await fault(await (await authority('CN=Root')).issue()), 'no trusted authority issued the certificate')
  })
  test('an issuer that is a client', async () => {
    const leaf = await root.issue({ subject: 'CN=Intermediate' })
    const impostor = await authority('CN=Intermediate', { extensions: [signsCertificates] })
    assert.equal(await fault(await impostor.issue(), [leaf, impostor]), 'no trusted authority issued the certificate')
    assert.equal(await fault(await impostor.issue(), [], [impostor]), 'no trusted authority issued the certificate')
  })
})

suite('an authority is refused that', () => {
  const refused: Record<string, [expected: string, form: Form]> = {
    'has expired': ['an authority of the certificate is not in force', { notAfter: now - 1 }],
    'may not sign certificates': [
      'no trusted authority issued the certificate',
      { extensions: [ca(), new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)] },
    ],
    'is for other purposes': [
      'an authority of the certificate is not for TLS clients',
      { extensions: [ca(), new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning])] },
    ],
    'constrains names': [
      'an authority of the certificate has a critical extension that is not understood',
      { extensions: [ca(), new x509.Extension('2.5.29.30', false, new Uint8Array([48, 0]))] },
    ],
    'has a weak key': [
      'an authority of the certificate has a key that is too weak, or of a kind that is not accepted',
      { key: 'RSA-1024', extensions: [ca(), signsCertificates] },
    ],
  }
  for (const [name, [expected, form]] of Object.entries(refused))
    test(name, async () => {
      const below = await root.authority('CN=Below', form)
      assert.equal(await fault(await below.issue(), [below]), expected)
      const trusted = await authority('CN=Trusted', form)
      assert.equal(await fault(await trusted.issue(), [], [trusted]), expected)
    })
  test('allows fewer authorities below it', async () => {
    const strict = await authority('CN=Strict', { extensions: [ca(0), signsCertificates] })
    const below = await strict.authority('CN=Below')
    assert.equal(await fault(await strict.issue(), [], [strict]), undefined)
    assert.equal(await fault(await below.issue(), [below], [strict]), 'an authority of the certificate allows fewer authorities below it')
  })
  test('is the last of too many', async () => {
    const chain = [await root.authority('CN=1')]
    for (let n = 2; n <= 9; n++) chain.push(await chain.at(-1)!.authority(`CN=${n}`))
    assert.equal(await fault(await chain[7]!.issue(), chain), undefined)
    assert.equal(await fault(await chain[8]!.issue(), chain), 'no trusted authority issued the certificate')
  })
  test('was issued by the one that it issued', async () => {
    const a = await authority('CN=A')
    const b = await a.authority('CN=B')
    assert.equal(await fault(await b.issue(), [a, b, a, b]), 'no trusted authority issued the certificate')
  })
})

suite('a certificate is read', () => {
  test('with its names', async () => {
    const leaf = await root.issue({
      subject: [{ C: ['GB'] }, { O: ['Bank, of Ä'] }, { OU: ['a'], CN: ['b'] }],
      names: [
        { type: 'dns', value: 'client.example' },
        { type: 'url', value: 'https://client.example/a' },
        { type: 'ip', value: '192.0.2.1' },
        { type: 'ip', value: '2001:db8::1' },
        { type: 'email', value: 'a@client.example' },
      ],
    })
    const { subject, dns, uri, ip, email } = await contentOf(read(leaf))
    assert.deepEqual(
      subject.map((relative) => relative.map(({ type, text }) => [type, text])),
      [
        [['2.5.4.6', 'GB']],
        [['2.5.4.10', 'Bank, of Ä']],
        [
          ['2.5.4.11', 'a'],
          ['2.5.4.3', 'b'],
        ],
      ],
    ) // prettier-ignore
    assert.equal(subject[0]?.[0]?.der, '13024742')
    assert.deepEqual(
      { dns, uri, ip, email },
      {
        dns: ['client.example'],
        uri: ['https://client.example/a'],
        ip: ['192.0.2.1', '2001:db8::1'],
        email: ['a@client.example'],
      },
    ) // prettier-ignore
  })
  test('only when it is one, whole and alone', async () => {
    const { der } = await root.issue()
    assert.equal(readCertificate(der)?.der.length, der.length)
    for (const bad of [
      Buffer.alloc(0),
      Buffer.from('x'),
      der.subarray(1),
      der.subarray(0, -1),
      Buffer.concat([der, der]),
      Buffer.alloc(9000),
    ])
      assert.equal(readCertificate(bad), undefined)
    assert.equal(readCertificate(Buffer.from(pem(await root.issue()))), undefined)
    const large = await root.issue({ extensions: [new x509.Extension('1.2.3.4', false, new Uint8Array(8192))] })
    assert.equal(readCertificate(large.der), undefined)
  })
  test('also with a key of a kind that is not accepted', async () => {
    const signer = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    for (const { publicKey } of [
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      generateKeyPairSync('ed448'),
    ]) {
      const certificate = await x509.X509CertificateGenerator.create({
        subject: 'CN=client',
        issuer: 'CN=Root',
        publicKey: new x509.PublicKey(publicKey.export({ type: 'spki', format: 'der' })),
        signingKey: signer.privateKey,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      })
      const found = readCertificate(Buffer.from(certificate.rawData))
      assert.deepEqual([found?.x509.subject, found?.jkt], ['CN=client', undefined], String(publicKey.asymmetricKeyType))
    }
  })
  test('from a file of several', async () => {
    const file = `a comment\n${pem(root)}\n${pem(intermediate)}`
    assert.deepEqual(
      certificatesOfPem(file).map(({ x5t }) => x5t),
      [root.x5t, intermediate.x5t],
    ) // prettier-ignore
    assert.deepEqual(certificatesOfPem(''), [])
    assert.throws(() => certificatesOfPem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'))
  })
})
