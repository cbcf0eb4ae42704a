/** X.509 certificates: what they say, and who issued them — RFC 5280. */
import { hash, type KeyObject, X509Certificate } from 'node:crypto'
import type { SubjectName } from '../distinguished-name.ts'
import { thumbprint } from './public-key.ts'

/** A certificate of which nothing is verified yet. */
export interface Certificate {
  /** DER. */
  der: Uint8Array
  /** SHA-256 of the DER encoding, in base64url. RFC 8705 §3.1 */
  x5t: string
  /** Seconds since the epoch. */
  notBefore: number
  notAfter: number
  /** RFC 7638 thumbprint of its public key; undefined when the key is too weak, or of a kind that is not accepted. */
  jkt: string | undefined
  x509: X509Certificate
}

/** Bytes. Larger ones are not read. */
const maxCertificate = 8192

/** Undefined when it is no certificate. `encoded`: DER. */
export function readCertificate(encoded: Uint8Array): Certificate | undefined {
  if (encoded.length > maxCertificate) return undefined
  try {
    const x509 = new X509Certificate(encoded)
    // What a parser skips, such as bytes that follow, would be part of the thumbprint.
    if (!x509.raw.equals(encoded)) return undefined
    const [notBefore, notAfter] = [x509.validFromDate, x509.validToDate].map((date) => Math.floor(date.getTime() / 1000))
    return { der: x509.raw, x5t: hash('sha256', x509.raw, 'base64url'), notBefore: notBefore!, notAfter: notAfter!, jkt: keyOf(x509), x509 }
  } catch {
    return undefined
  }
}

/** The certificates of a PEM file. Throws for what is none. */
export function certificatesOfPem(pem: string): Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => readCertificate(new X509Certificate(block).raw) ?? fail('a certificate is longer than 8192 bytes'))
}

function fail(message: string): never {
  throw new Error(message)
}

const curves = ['prime256v1', 'secp384r1', 'secp521r1']

/** RFC 9325 §4.5: RSA from 2048 bits on; what is larger than 8192 costs more than it protects. */
function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): boolean {
  if (type === 'ec') return curves.includes(details.namedCurve ?? '')
  const bits = details.modulusLength ?? 0
  return type === 'ed25519' || (type === 'rsa' && bits >= 2048 && bits <= 8192)
}

function keyOf({ publicKey }: X509Certificate): string | undefined {
  return isStrong(publicKey) ? thumbprint(publicKey.export({ format: 'jwk' })) : undefined
}

/** The names that a certificate gives its subject. RFC 5280 §4.1.2.6, §4.2.1.6 */
export interface Names {
  subject: SubjectName
  dns: readonly string[]
  uri: readonly string[]
  /** As text, IPv6 in any form. */
  ip: readonly string[]
  email: readonly string[]
}

/** What of its extensions decides what it may be used for. */
export interface Usage {
  /** Extensions that are marked critical, and name constraints, which are always: OIDs. */
  critical: readonly string[]
  /** How many further authorities may follow it; undefined: any number. RFC 5280 §4.2.1.9 */
  pathLength: number | undefined
  /** May its key sign messages of TLS? RFC 5280 §4.2.1.3 */
  signs: boolean
  /** OID of the algorithm by which it is signed. */
  signatureAlgorithm: string
}

/** Parsed only where it is needed: the parser takes long to load. Throws when the certificate cannot be parsed. */
export async function contentOf({ der }: Certificate): Promise<Names & Usage> {
  const [{ AsnConvert }, x509] = await Promise.all([import('@peculiar/asn1-schema'), import('@peculiar/asn1-x509')])
  const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(der, x509.Certificate)
  const extensions = [...(tbsCertificate.extensions ?? [])]
  const extension = (oid: string) => extensions.find(({ extnID }) => extnID === oid)?.extnValue.buffer
  const [alternative, basic, usage] = [x509.id_ce_subjectAltName, x509.id_ce_basicConstraints, x509.id_ce_keyUsage].map(extension)
  const names = [...(alternative ? AsnConvert.parse(alternative, x509.SubjectAlternativeName) : [])]
  const of = (kind: 'dNSName' | 'uniformResourceIdentifier' | 'iPAddress' | 'rfc822Name') =>
    names.map((name) => name[kind]).filter((name) => name !== undefined)
  return {
    subject: [...tbsCertificate.subject].map((relative) =>
      [...relative].map(({ type, value }) => ({
        type,
        text: value.anyValue === undefined ? value.toString() : undefined,
        der: Buffer.from(AsnConvert.serialize(value)).toString('hex'),
      })),
    ),
    dns: of('dNSName'),
    uri: of('uniformResourceIdentifier'),
    ip: of('iPAddress'),
    email: of('rfc822Name'),
    critical: extensions.filter(({ extnID, critical }) => critical || extnID === x509.id_ce_nameConstraints).map(({ extnID }) => extnID),
    pathLength: basic && AsnConvert.parse(basic, x509.BasicConstraints).pathLenConstraint,
    signs: !usage || (AsnConvert.parse(usage, x509.KeyUsage).toNumber() & x509.KeyUsageFlags.digitalSignature) !== 0,
    signatureAlgorithm: signatureAlgorithm.algorithm,
  }
}
