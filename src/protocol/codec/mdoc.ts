/** Mobile documents: data elements whose digests an issuer signs — ISO/IEC 18013-5 §8.3, §9.1.2; RFC 8949, RFC 9052 §4.2. */
import { hash } from 'node:crypto'
import { Encoder, Tag } from 'cbor-x/index-no-eval'

/** Plain maps and byte strings, as ISO/IEC 18013-5 §8.3 has them. */
const plain = { useRecords: false, variableMapSize: true, tagUint8Array: false, useTag259ForMaps: false }
const encoder = new Encoder(plain)
const encode = (value: unknown): Buffer => Buffer.from(encoder.encode(value)) // which reuses its memory

/** An encoded item within another one. RFC 8949 §3.4.5.1 */
const enclosed = (value: unknown) => new Tag(encode(value), 24)
/** RFC 8949 §3.4.1, in whole seconds. */
const time = (seconds: number) => new Tag(`${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`, 0)

/** One data element. `random`: at least 16 bytes. */
export interface DataElement {
  namespace: string
  name: string
  value: unknown
  random: Uint8Array
}

export interface Mdoc {
  doctype: string
  elements: readonly DataElement[]
  /** Public key of the holder, on P-256. */
  deviceKey: { readonly x: string; readonly y?: string }
  /** Seconds since the epoch. */
  times: { issuedAt: number; expiresAt: number }
  /** Token Status List §6.3. */
  status: object
  /** DER, the signer's first. */
  certificates: readonly Uint8Array[]
}

/** The `IssuerSigned` structure in base64url. `sign`: by ES256. §8.3.2.1.2.2, §9.1.2.4 */
export async function signMdoc(mdoc: Mdoc, sign: (bytes: Uint8Array) => Promise<Uint8Array>): Promise<string> {
  const items = Map.groupBy(
    mdoc.elements.map((element, digestID) => ({ ...element, digestID })),
    ({ namespace }) => namespace,
  )
  const named = [...items].map(([namespace, own]) => [namespace, own.map((one) => [one.digestID, itemOf(one)] as const)] as const)
  const protectedHeader = encode(new Map([[1, -7]])) // ES256
  const payload = encode(enclosed(securityObject(mdoc, named)))
  const signature = Buffer.from(await sign(encode(['Signature1', protectedHeader, Buffer.alloc(0), payload]))) // RFC 9052 §4.4
  const chain = mdoc.certificates.map((der) => Buffer.from(der))
  const unprotectedHeader = new Map([[33, chain.length === 1 ? chain[0] : chain]]) // RFC 9360 §2
  return encode({
    nameSpaces: Object.fromEntries(named.map(([namespace, own]) => [namespace, own.map(([, item]) => item)])),
    issuerAuth: [protectedHeader, unprotectedHeader, payload, signature],
  }).toString('base64url')
}

function itemOf({ digestID, random, name, value }: DataElement & { digestID: number }): Tag {
  return enclosed({ digestID, random: Buffer.from(random), elementIdentifier: name, elementValue: elementValue(value) })
}

/** A date is a full-date wherever it stands. RFC 8943, ISO/IEC 18013-5 §7.2.1 */
function elementValue(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Tag(value, 1004) : value
}

type Named = readonly (readonly [namespace: string, items: readonly (readonly [digestID: number, item: Tag])[]])[]

/** §9.1.2.4 */
function securityObject({ doctype, deviceKey, times, status }: Mdoc, named: Named): object {
  const digestsOf = (items: Named[number][1]) => new Map(items.map(([id, item]) => [id, hash('sha256', encode(item), 'buffer')]))
  const coordinate = (text = '') => Buffer.from(text, 'base64url')
  return {
    version: '1.0',
    digestAlgorithm: 'SHA-256',
    valueDigests: Object.fromEntries(named.map(([namespace, items]) => [namespace, digestsOf(items)])),
    deviceKeyInfo: {
      deviceKey: new Map<number, unknown>([
        [1, 2], // EC2
        [-1, 1], // P-256
        [-2, coordinate(deviceKey.x)],
        [-3, coordinate(deviceKey.y)],
      ]), // RFC 9053 §7.1
    },
    docType: doctype,
    validityInfo: { signed: time(times.issuedAt), validFrom: time(times.issuedAt), validUntil: time(times.expiresAt) },
    status,
  }
}
