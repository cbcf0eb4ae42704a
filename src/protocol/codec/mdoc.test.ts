/** The bytes of a mobile document: what ISO/IEC 18013-5 §9.1.2.4 and RFC 9360 §2 say of them. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { Encoder } from 'cbor-x/index-no-eval'
import { type Mdoc, signMdoc } from './mdoc.ts'

const plain = { useRecords: false, mapsAsObjects: false, useTag259ForMaps: false, tagUint8Array: false, variableMapSize: true }
const cbor = new Encoder(plain)
const filled = (length: number, byte: number) => Buffer.alloc(length, byte)
const [own, above] = [filled(8, 1), filled(9, 2)]
const card: Mdoc = {
  doctype: 'org.example.card',
  elements: [
    { namespace: 'org.example', name: 'since', value: '2020-02-29', random: filled(16, 5) },
    { namespace: 'org.example.2', name: 'level', value: 2, random: filled(16, 6) },
  ],
  deviceKey: { x: filled(32, 3).toString('base64url'), y: filled(32, 4).toString('base64url') },
  times: { issuedAt: 0, expiresAt: 86_400 },
  status: { status_list: { idx: 7 } },
  certificates: [own],
}

async function signed(mdoc: Mdoc) {
  const asked: Buffer[] = []
  const text = await signMdoc(mdoc, async (bytes) => {
    asked.push(Buffer.from(bytes))
    return filled(64, 9)
  })
  const document = cbor.decode(Buffer.from(text, 'base64url')) as Map<string, unknown>
  const [protectedHeader, headers, payload, signature] = document.get('issuerAuth') as [Buffer, Map<number, unknown>, Buffer, Buffer]
  return { asked, protectedHeader, headers, payload, signature, document }
}

test('one certificate is a byte string, several are a list, the signer’s first', async () => {
  assert.deepEqual([...(await signed(card)).headers], [[33, own]])
  assert.deepEqual([...(await signed({ ...card, certificates: [own, above] })).headers], [[33, [own, above]]])
})

test('what is signed is the protected header and the object, and nothing from outside', async () => {
  const { asked, protectedHeader, payload, signature } = await signed(card)
  assert.equal(protectedHeader.toString('hex'), 'a10126') // {1: -7}
  assert.deepEqual(cbor.decode(asked[0]!), ['Signature1', protectedHeader, Buffer.alloc(0), payload])
  assert.deepEqual(signature, filled(64, 9))
})

test('the object has its version, its type, its times, the key of the holder and the status', async () => {
  const { payload } = await signed(card)
  const hex = payload.toString('hex')
  const text = (value: string) => (0x60 + value.length).toString(16) + Buffer.from(value).toString('hex')
  const parts: Record<string, string> = {
    'enclosed, as a map': 'd81859',
    version: text('version') + text('1.0'),
    digestAlgorithm: text('digestAlgorithm') + text('SHA-256'),
    docType: text('docType') + text(card.doctype),
    signed: `${text('signed')}c0${text('1970-01-01T00:00:00Z')}`,
    validFrom: `${text('validFrom')}c0${text('1970-01-01T00:00:00Z')}`,
    validUntil: `${text('validUntil')}c0${text('1970-01-02T00:00:00Z')}`,
    deviceKey: `${text('deviceKey')}a401022001215820${'03'.repeat(32)}225820${'04'.repeat(32)}`,
    status: `${text('status')}a1${text('status_list')}a1${text('idx')}07`,
  }
  for (const [part, bytes] of Object.entries(parts)) assert.ok(hex.includes(bytes), `${part} in ${hex}`)
})

test('each element is in its namespace, with its number, its salt and its digest; a date is one', async () => {
  const { document, payload } = await signed(card)
  const { value } = cbor.decode(payload) as { value: Buffer }
  const digests = cbor.decode(value).get('valueDigests') as Map<string, Map<number, Buffer>>
  const names = document.get('nameSpaces') as Map<string, { value: Buffer; tag: number }[]>
  assert.deepEqual([...names.keys()], ['org.example', 'org.example.2'])
  for (const [id, { namespace, name, random }] of card.elements.entries()) {
    const [item, ...more] = names.get(namespace)!
    assert.deepEqual([item!.tag, more.length], [24, 0])
    const read = cbor.decode(item!.value) as Map<string, unknown>
    assert.deepEqual([read.get('digestID'), read.get('random'), read.get('elementIdentifier')], [id, random, name])
    const enclosed = Buffer.concat([Buffer.from([0xd8, 0x18, 0x58, item!.value.length]), item!.value])
    assert.deepEqual([...digests.get(namespace)!], [[id, hash('sha256', enclosed, 'buffer')]])
  }
  assert.match(names.get('org.example')![0]!.value.toString('hex'), /d903ec6a323032302d30322d3239$/)
  assert.match(names.get('org.example.2')![0]!.value.toString('hex'), /02$/)
})
